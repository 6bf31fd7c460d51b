import { type RequestOptions, request } from 'node:http';
import { connect, Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { enrol } from '../../../../edge/identity/enrol.ts';
import {
  type Authority,
  createAuthority,
  type EnrolmentEvent,
  type EnrolmentOptions,
  type EnrolmentService,
  holderOf,
  serveEnrolment,
} from '../../../../sdk/authority/index.ts';
import { newClaimCode, parseClaimCode } from '../../../../sdk/identity/claim/claim-code.ts';
import { claimKey } from '../../../../sdk/identity/claim/claim-key.ts';
import {
  decodeEnrolment,
  type EnrolmentReply,
  encodeEnrolmentReply,
} from '../../../../sdk/identity/claim/enrolment.ts';
import { makeTicket, openTicket } from '../../../../sdk/identity/claim/ticket.ts';
import { enrolmentOf, newClaim, newDeviceKey } from '../../../support/claims.ts';
import { postEnrolment } from '../../../support/post-enrolment.ts';
import { identityOf } from '../../../support/secure-broker.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

const path = '/fengsui/v1/enrol';

describe('the enrolment service', { timeout: 60_000 }, () => {
  let folder = '';
  let authority: Authority;
  let service: EnrolmentService;
  let events: EnrolmentEvent[] = [];
  const open: AsyncDisposable[] = [];

  const serve = async (options: Partial<EnrolmentOptions> = {}): Promise<EnrolmentService> => {
    const listen = { host: '127.0.0.1', port: 0 };
    const served = await serveEnrolment({ authority, listen, onEvent: (event) => events.push(event), ...options });
    open.push(served);
    return served;
  };
  const post = (bytes: Uint8Array, options: RequestOptions = {}) => postEnrolment(service.url, bytes, options);
  const gateway = (code: string, at: string, name = 'gateway') =>
    enrol(
      { code: parseClaimCode(code), service: at, keyFile: join(folder, `${name}.key`) },
      new AbortController().signal,
    );

  beforeEach(async () => {
    folder = await temporaryFolder();
    authority = await createAuthority({ folder: join(folder, 'authority'), district: '330603' });
    events = [];
    service = await serve();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  });

  it('gives a gateway its certificate and the facts of its site, and the same when the reply was lost', async () => {
    const { code } = await authority.claims.create(newClaim());
    const first = await gateway(code, service.url);
    expect(first.facts).toMatchObject({ ...newClaim(), authority: authority.certificate });
    expect((await gateway(code, service.url)).certificate).toBe(first.certificate);
    expect(events.map(({ type }) => type)).toEqual(['enrolled', 'told-again']);
  });

  it('goes on when connections cannot be accepted for want of file handles', async () => {
    const listening = vi.spyOn(Server.prototype, 'listen');
    const { url } = await serve();
    const [server] = listening.mock.contexts;
    listening.mockRestore();
    if (!(server instanceof Server)) throw new Error('nobody listens');
    for (let n = 0; n < 3; n++) server.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    const { code } = await authority.claims.create(newClaim());
    expect((await gateway(code, url)).facts.gateway).toBe(newClaim().gateway);
  });

  it('by HTTPS, with a certificate that the gateway cannot judge', async () => {
    const { cert, key } = await identityOf(authority, holderOf({ kind: 'broker', name: 'any', hosts: ['localhost'] }));
    const secure = await serve({ tls: { cert, key } });
    const { code } = await authority.claims.create(newClaim());
    expect(secure.url).toMatch(/^https:/);
    expect((await gateway(code, secure.url)).facts.gateway).toBe('gw-1');
  });

  it('a second gateway with the same code is refused, and somebody is told', async () => {
    const { code } = await authority.claims.create(newClaim());
    await gateway(code, service.url);
    await expect(gateway(code, service.url, 'thief')).rejects.toMatchObject({ code: 'CLAIM_USED' });
    expect(events.at(-1)).toMatchObject({ type: 'refused', code: 'CLAIM_USED', address: '127.0.0.1' });
  });

  it('answers whatever it refuses with a reason and a status', async () => {
    const { code } = await authority.claims.create(newClaim());
    const key = newDeviceKey();
    expect(await post(enrolmentOf(newClaimCode(), key))).toMatchObject({
      status: 404,
      reply: { code: 'CLAIM_UNKNOWN' },
    });
    expect(await post(enrolmentOf(code, key, 'gw-2'))).toMatchObject({ status: 403, reply: { code: 'FORBIDDEN' } });
    expect(await post(Uint8Array.of(0xff))).toMatchObject({ status: 400, reply: { code: 'PROTOCOL' } });
    expect(await post(new Uint8Array(4_097))).toMatchObject({ status: 400, reply: { code: 'PROTOCOL' } });
    expect(await post(new Uint8Array(), { method: 'GET' })).toMatchObject({ status: 400 });
    expect(await post(enrolmentOf(code, key), { path: '/' })).toMatchObject({ status: 400 });
    await authority.claims.cancel('gw-1');
    expect(await post(enrolmentOf(code, key))).toMatchObject({ status: 410, reply: { code: 'CLAIM_CANCELLED' } });
    expect(await authority.list()).toEqual([]);
  });

  it('tells nothing of its folder, whatever goes wrong inside', async () => {
    const broken: Authority = {
      ...authority,
      claims: {
        ...authority.claims,
        redeem: () => Promise.reject(new Error('EACCES /secret/folder')),
      },
    };
    const other = await serve({ authority: broken });
    const { status, reply } = await postEnrolment(other.url, Uint8Array.of(1));
    expect(status).toBe(503);
    expect(JSON.stringify(reply)).not.toContain('secret');
    expect(events.at(-1)).toMatchObject({ type: 'refused', message: 'EACCES /secret/folder' });
  });

  it('a body without end, and one that announces too much, are cut off', async () => {
    const sent = await new Promise<number>((resolve, reject) => {
      const options = { method: 'POST', path, headers: { 'transfer-encoding': 'chunked' } };
      const endless = request(new URL(path, service.url), options);
      let count = 0;
      endless.on('error', () => resolve(count));
      endless.on('response', (response) => {
        response.resume();
        resolve(count);
      });
      const more = (): void => {
        count += 65_536;
        if (count > 64 * 1_048_576) return reject(new Error('it read on'));
        endless.write(Buffer.alloc(65_536), () => setImmediate(more));
      };
      more();
    });
    expect(sent).toBeLessThan(64 * 1_048_576);
  });

  it('who sends slowly loses the connection, and holds up nobody', async () => {
    const port = Number(new URL(service.url).port);
    const slow: Socket[] = [];
    let ended = 0;
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, '127.0.0.1', () => socket.write('POST /fengsui/v1/enrol HTTP/1.1\r\nx: '));
      socket.on('error', () => undefined);
      socket.once('close', () => ended++);
      socket.resume();
      slow.push(socket);
    }
    const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('a')), 500);
    const { code } = await authority.claims.create(newClaim());
    expect((await gateway(code, service.url)).facts.gateway).toBe('gw-1');
    await until('all slow ones are gone', () => ended === 20, 20_000);
    clearInterval(drip);
  });

  it('1,000 at once from one address: they are refused, and a gateway elsewhere is served meanwhile', async () => {
    const { code } = await authority.claims.create(newClaim());
    const guesses = Array.from({ length: 1_000 }, () =>
      post(enrolmentOf(newClaimCode(), newDeviceKey())).then(
        ({ status }) => status,
        () => 'cut off' as const,
      ),
    );
    const served = await postEnrolment(service.url, enrolmentOf(code, newDeviceKey()), { localAddress: '127.0.0.2' });
    expect(served).toMatchObject({ status: 200, reply: { ok: true } });
    const outcomes = await Promise.all(guesses);
    const count = (what: number | string): number => outcomes.filter((outcome) => outcome === what).length;
    expect(count(404)).toBeGreaterThan(0);
    expect(count(404)).toBeLessThan(60); // 20 at once, and one a second
    expect(count(404) + count(429) + count('cut off')).toBe(1_000);
    expect(await authority.list()).toHaveLength(1);
  });

  describe('a man in the middle', () => {
    /** Passes on what a gateway sends, and changes what it gets. */
    const between = async (
      change: (reply: EnrolmentReply, asked: Uint8Array) => Promise<EnrolmentReply>,
    ): Promise<string> => {
      const hisOwn = {
        ...authority,
        claims: {
          ...authority.claims,
          redeem: async (asked: Uint8Array) => {
            const { reply } = await post(asked);
            const changed = await change(reply, asked);
            if (!changed.ok) throw new Error(encodeEnrolmentReply(changed).toString());
            const real = await authority.claims.redeem(asked);
            return { ...real, ticket: changed.ticket, issued: { ...real.issued, certificate: changed.certificate } };
          },
        },
      };
      return (await serve({ authority: hisOwn })).url;
    };
    const other = async (): Promise<Authority> =>
      createAuthority({ folder: join(folder, 'other'), district: '330603' });

    it('with an authority of the same name of his own gets no gateway to trust it', async () => {
      const { code } = await authority.claims.create(newClaim());
      const his = await other();
      const url = await between(async (reply, asked) => {
        if (!reply.ok) return reply;
        const { request: csr } = decodeEnrolment(asked);
        const holder = holderOf({ kind: 'gateway', name: 'gw-1', town: '001' });
        const { certificate } = await his.issue(holder, { request: csr });
        return { ...reply, certificate };
      });
      await expect(gateway(code, url)).rejects.toThrow(/not of the authority that this gateway knows/);
    });

    it('cannot change the facts either, as he does not know the code', async () => {
      const { code } = await authority.claims.create(newClaim());
      const url = await between(async (reply) => {
        if (!reply.ok) return reply;
        const facts = openTicket(reply.ticket, claimKey(parseClaimCode(code)));
        const his = await other();
        const ticket = makeTicket({ ...facts, authority: his.certificate }, claimKey(newClaimCode()));
        return { ...reply, ticket };
      });
      await expect(gateway(code, url)).rejects.toThrow(/does not belong to this code, or was changed/);
    });

    it('cannot give a gateway the certificate of another key or of another gateway', async () => {
      const { code } = await authority.claims.create(newClaim());
      const wrong = async (name: string, own: boolean): Promise<string> =>
        between(async (reply, asked) => {
          const holder = holderOf({ kind: 'gateway', name, town: '001' });
          const forged = decodeEnrolment(enrolmentOf(code, newDeviceKey())).request;
          const proof = own ? decodeEnrolment(asked).request : forged;
          const { certificate } = await authority.issue(holder, { request: proof });
          return reply.ok ? { ...reply, certificate } : reply;
        });
      await expect(gateway(code, await wrong('gw-1', false))).rejects.toThrow(/for another key/);
      await expect(gateway(code, await wrong('gw-9', true))).rejects.toThrow(/the certificate is for .*CN=gw-9/);
    });
  });
});
