import { type Fengsui, FengsuiError, type NewGatewayToEnroll } from 'fengsui';
import {
  type Authority,
  type EnrolmentService,
  encodeEnrolmentReply,
  type MadeClaim,
  type NewClaim,
  serveEnrolment,
} from 'fengsui/authority';
import { renderSVG } from 'uqr'; // npm install uqr

/** A code for a new gateway. Then the broker is told, see above. */
export const newGateway = (authority: Authority, site: Omit<NewClaim, 'hours'>): Promise<MadeClaim> =>
  authority.claims.create({ ...site, hours: 72 });

/** The same from the platform, which knows the gateway from now on: devices can be provisioned before it comes. Needs `connect({ store })`. */
export const newGatewayOfPlatform = async (
  fs: Fengsui,
  authority: Authority,
  gateway: NewGatewayToEnroll,
): Promise<MadeClaim> => (await fs.gateways.enroll(gateway, { claims: authority.claims })).claim;

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

/** What a server of your own answers to `POST /fengsui/v1/enrol`, in the place of `serve`. Take 4,096 bytes at most, and few requests at once. */
export async function answer(authority: Authority, body: Uint8Array): Promise<Uint8Array> {
  try {
    const { ticket, issued } = await authority.claims.redeem(body);
    return encodeEnrolmentReply({ ok: true, ticket, certificate: issued.certificate });
  } catch (e) {
    // What else went wrong is for your log: outside it is nobody's business.
    const told = FengsuiError.is(e, ...forGateways) ? e : new FengsuiError('UNAVAILABLE');
    return encodeEnrolmentReply({ ok: false, code: told.code, message: told.message });
  }
}
const claimErrors = ['CLAIM_UNKNOWN', 'CLAIM_EXPIRED', 'CLAIM_CANCELLED', 'CLAIM_USED'] as const;
const forGateways = [...claimErrors, 'PROTOCOL', 'INVALID', 'FORBIDDEN', 'CONFLICT'] as const;

/** A sheet was lost: nobody can use its code any more. @returns what has become of all codes */
export async function lostSheet(authority: Authority, gateway: string): Promise<readonly string[]> {
  await authority.claims.cancel(gateway);
  return (await authority.claims.list()).map((claim) => `${claim.gateway} ${claim.state}`);
}
