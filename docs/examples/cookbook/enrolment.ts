import { FengsuiError } from 'fengsui';
import {
  type Authority,
  type EnrolmentService,
  encodeEnrolmentReply,
  type MadeClaim,
  type NewClaim,
  serveEnrolment,
} from 'fengsui/authority';
import { renderSVG } from 'uqr';

/** A code for a new gateway. Then the broker is told, see above. */
export const newGateway = (authority: Authority, site: Omit<NewClaim, 'hours'>): Promise<MadeClaim> =>
  authority.claims.create({ ...site, hours: 72 });

/** What the installer takes along, to be printed. It is as secret as a key until it is used. */
export const sheet = ({ gateway, name, code, link, notAfter }: MadeClaim): string => `<h1>${escaped(name)}</h1>
<p>${gateway} · 认领码 <b>${code}</b> · 有效期至 ${new Date(notAfter).toLocaleString('zh-CN')}</p>
${renderSVG(link)}`;

const escaped = (text: string): string => text.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Serves the gateways that are being installed, until it is disposed of. */
export const serve = (authority: Authority, options: ServeOptions): Promise<EnrolmentService> =>
  serveEnrolment({
    authority,
    listen: { host: options.host, port: options.port },
    tls: options.tls,
    onEvent(event) {
      if (event.type !== 'refused') return options.tell(`${event.claim.gateway} ${event.type}`);
      // Somebody else has the code, or the gateway has lost its key.
      const isSerious = event.code === 'CLAIM_USED' || event.code === 'FORBIDDEN';
      options.tell(`${isSerious ? 'ALARM ' : ''}${event.address} refused: ${event.message}`);
    },
  });
type ServeOptions = {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly tell: (what: string) => void;
};

/** On a server of your own: what it answers to `POST /fengsui/v1/enrol`. Bodies of more than 4,096 bytes are not for it. */
export async function answer(authority: Authority, body: Uint8Array): Promise<Uint8Array> {
  try {
    const { ticket, issued } = await authority.claims.redeem(body);
    return encodeEnrolmentReply({ ok: true, ticket, certificate: issued.certificate });
  } catch (e) {
    if (!FengsuiError.is(e)) throw e;
    return encodeEnrolmentReply({ ok: false, code: e.code, message: e.message });
  }
}

/** Which codes have been given out, and a sheet that was lost. */
export async function lostSheet(authority: Authority, gateway: string): Promise<readonly string[]> {
  await authority.claims.cancel(gateway);
  return (await authority.claims.list()).map((claim) => `${claim.gateway} ${claim.state}`);
}
