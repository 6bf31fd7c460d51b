import { FengsuiError } from '../model/errors.ts';
import { fieldsOf, isText } from '../wire/parse.ts';
import type { Data } from '../wire/request.ts';
import type { ActionOptions, CommandDesk } from './command-desk.ts';
import type { Directory } from './gateway-directory.ts';
import type { Requests } from './requests.ts';
import { wallOf } from './results.ts';
import type { CallOptions } from './time-limit.ts';

/** What a gateway connects with. */
export type GatewayCertificate = {
  /** The uplinks that use it, by their ids in the gateway's configuration. */
  readonly uplinks: readonly string[];
  /** 32 hexadecimal digits; absent where it has none yet. */
  readonly serial?: string;
  /** When it ends, as it says itself: whatever the gateway's clock says. */
  readonly notAfter?: Date;
  /** Serial number of one that was installed and is still to be tried. */
  readonly next?: string;
  /** The one that was installed last was not taken by the broker; the gateway has gone back to the one before. */
  readonly refused?: boolean;
  /** Request for the certificate that is to come next, PEM, by a key that the gateway has made for it. */
  readonly request: string;
};

export type NewCertificate = {
  readonly gateway: string;
  /** An uplink that uses it. */
  readonly uplink: string;
  /** PEM, for the key of {@link GatewayCertificate.request}. */
  readonly certificate: string;
  /** Certificate of the district's new authority, PEM, where it has changed: it is trusted beside the old one. */
  readonly authority?: string | undefined;
};

export type Certificates = {
  /**
   * The certificates of a gateway, one for most.
   * @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED | PROTOCOL
   */
  readonly list: (where: { readonly gateway: string }, options?: CallOptions) => Promise<readonly GatewayCertificate[]>;
  /**
   * Gives a gateway its next certificate. It tries it with a new connection at once, and keeps the old one until the
   * broker has taken the new. A command.
   * @returns its serial number
   * @throws FengsuiError as `list` does, FORBIDDEN (no key), NOT_FOUND (uplink), INVALID (another's, another key, another authority), CONFLICT (it ends earlier)
   */
  readonly install: (next: NewCertificate, options?: ActionOptions) => Promise<string>;
};

export function certificates(ctx: {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly command: CommandDesk;
}): Certificates {
  const { directory, requests, command } = ctx;
  return {
    async list({ gateway }, options) {
      return parseCertificates(await requests.query(directory.reach(gateway), 'certificate', null, options));
    },
    async install({ gateway, uplink, certificate, authority }, options) {
      const params = { uplink, certificate, authority };
      const result = await command(directory.reach(gateway), 'installCertificate', params, options);
      return fieldsOf(result, 'certificate').text('serial');
    },
  };
}

/** More than a gateway has uplinks. */
const mostCertificates = 16;
const longestRequest = 4_096;

function parseCertificates(raw: Data): readonly GatewayCertificate[] {
  const list = fieldsOf(raw, 'certificates').list('certificates').slice(0, mostCertificates);
  return list.map((one, i) => {
    const where = `certificates[${i}]`;
    const f = fieldsOf(one, where);
    const request = f.text('request');
    if (request.length > longestRequest) throw new FengsuiError('PROTOCOL', `${where}: the request is too long`);
    return {
      uplinks: f.list('uplinks').filter(isText),
      ...(f.has('serial') && { serial: f.text('serial') }),
      ...(f.has('notAfter') && { notAfter: new Date(wallOf(f.raw('notAfter'), `${where}[notAfter]`)) }),
      ...(f.has('next') && { next: f.text('next') }),
      ...(f.has('refused') && { refused: f.flag('refused') }),
      request,
    };
  });
}
