import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import {
  type EnrolmentReply,
  encodeEnrolmentReply,
  enrolmentPath,
  enrolmentType,
  mostOfRequest,
} from '../../identity/claim/enrolment.ts';
import { describeError, type ErrorCode, FengsuiError } from '../../model/errors.ts';
import type { Authority } from '../authority.ts';
import type { Claim } from '../claims/claim.ts';
import { network, type Rate, rateLimit } from './rate-limit.ts';

export type EnrolmentOptions = {
  readonly authority: Authority;
  readonly listen: { readonly host: string; readonly port: number };
  /** For HTTPS, PEM. Gateways do not go by it: what they trust is sealed by the code. It hides who enrols from listeners. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Requests of one address and of all together; unless given, 20 at once and one a second of each, 200 and 50 of all. */
  readonly limits?: { readonly address: Rate; readonly all: Rate } | undefined;
  readonly onEvent?: ((event: EnrolmentEvent) => void) | undefined;
};

/** What has happened. A refusal with `CLAIM_USED` or `FORBIDDEN` is to be looked at by a person: somebody else may have the code. */
export type EnrolmentEvent =
  | { readonly type: 'enrolled' | 'told-again'; readonly address: string; readonly claim: Claim }
  | { readonly type: 'refused'; readonly address: string; readonly code: ErrorCode; readonly message: string };

export type EnrolmentService = AsyncDisposable & {
  /** E.g. `http://127.0.0.1:8843`; the port is the one that was given by the system where 0 was asked for. */
  readonly url: string;
};

const usualLimits = { address: { burst: 20, perSecond: 1 }, all: { burst: 200, perSecond: 50 } };
const headersWithinMs = 5_000;
const requestWithinMs = 10_000;
/** Connections at once, in all and of one address: who keeps theirs open takes nothing from the others. */
const mostConnections = 512;
const mostOfAddress = 32;

/**
 * Serves an authority's claims to gateways until it is closed.
 * @throws whatever the system says when it cannot listen there
 */
export async function serveEnrolment(options: EnrolmentOptions): Promise<EnrolmentService> {
  const { listen, tls, limits = usualLimits } = options;
  const limit = rateLimit(limits, () => performance.now());
  const bounds = {
    headersTimeout: headersWithinMs,
    requestTimeout: requestWithinMs,
    keepAliveTimeout: 1_000,
    maxHeaderSize: 4_096,
    connectionsCheckingInterval: 1_000,
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    reply(options, limit.allows, request)
      .then((sent) => send(response, sent))
      .catch((e: unknown) => send(response, [500, refusal(e)]));
  };
  const server = tls ? createTlsServer({ ...tls, ...bounds }, answer) : createPlainServer(bounds, answer);
  server.maxConnections = mostConnections;
  server.on('connection', boundedByAddress());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen.port, listen.host, resolve);
  });
  // One that could not be accepted, for want of file handles: whoever it was tries again.
  server.on('error', () => undefined);
  return { url: urlOf(server, tls !== undefined), [Symbol.asyncDispose]: () => closed(server) };
}

type Answer = readonly [status: number, reply: EnrolmentReply];

async function reply(
  { authority, onEvent }: EnrolmentOptions,
  allows: (address: string) => boolean,
  request: IncomingMessage,
): Promise<Answer> {
  const address = network(request.socket.remoteAddress ?? '');
  try {
    if (request.method !== 'POST' || request.url !== enrolmentPath)
      throw new FengsuiError('INVALID', `there is only POST ${enrolmentPath} here`);
    if (!allows(address)) throw new FengsuiError('OVERLOADED', 'too many requests: try again in a minute');
    const { claim, ticket, issued, again } = await authority.claims.redeem(await bodyOf(request));
    onEvent?.({ type: again ? 'told-again' : 'enrolled', address, claim });
    return [200, { ok: true, ticket, certificate: issued.certificate }];
  } catch (e) {
    const told = refusal(e);
    if (told.code !== 'OVERLOADED') onEvent?.({ type: 'refused', address, code: told.code, message: describeError(e) });
    return [statuses[told.code] ?? (told.code === 'UNAVAILABLE' ? 503 : 400), told];
  }
}

type Refusal = Extract<EnrolmentReply, { ok: false }>;

/** What went wrong inside, with paths and all, is for the log: outside it is nobody's business. */
const refusal = (e: unknown): Refusal =>
  FengsuiError.is(e) && (e.code in statuses || e.code === 'PROTOCOL' || e.code === 'INVALID')
    ? { ok: false, code: e.code, message: e.message }
    : { ok: false, code: 'UNAVAILABLE', message: 'the authority cannot answer just now: try again in a minute' };

const statuses: Partial<Record<ErrorCode, number>> = {
  OVERLOADED: 429,
  CLAIM_UNKNOWN: 404,
  FORBIDDEN: 403,
  CONFLICT: 409,
  CLAIM_USED: 409,
  CLAIM_CANCELLED: 410,
  CLAIM_EXPIRED: 410,
};

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > mostOfRequest) throw new FengsuiError('PROTOCOL', `a request has at most ${mostOfRequest} bytes`);
    parts.push(part);
  }
  return Uint8Array.from(Buffer.concat(parts));
}

function send(response: ServerResponse, [status, answer]: Answer): void {
  const body = Buffer.from(encodeEnrolmentReply(answer));
  const headers = { 'content-type': enrolmentType, 'content-length': body.length, connection: 'close' };
  if (!response.headersSent) response.writeHead(status, headers).end(body);
}

function boundedByAddress(): (socket: Socket) => void {
  const open = new Map<string, number>();
  return (socket) => {
    const address = network(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > mostOfAddress) socket.destroy();
  };
}

function urlOf(server: Server, isTls: boolean): string {
  const { address, port, family } = addressOf(server.address());
  return `${isTls ? 'https' : 'http'}://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new FengsuiError('UNAVAILABLE', 'not listening');
  return address;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
