import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pendingFile, writePending } from '../../../../edge/identity/pending-claim.ts';
import { type ClaimDesk, claimDesk } from '../../../../edge/runtime/claims/claim-desk.ts';
import {
  type Authority,
  createAuthority,
  type EnrolmentService,
  serveEnrolment,
} from '../../../../sdk/authority/index.ts';
import { parseClaimCode } from '../../../../sdk/identity/claim/claim-code.ts';
import { encodeEnrolmentReply } from '../../../../sdk/identity/claim/enrolment.ts';
import { ownKey } from '../../../../sdk/identity/own-key.ts';
import { readIfThere } from '../../../../sdk/identity/secret-files.ts';
import { enrolmentOf, newClaim, newDeviceKey } from '../../../support/claims.ts';
import { type FakeClock, fakeClock } from '../../../support/fake-clock.ts';
import { freePort } from '../../../support/mosquitto.ts';
import { type RecordingLog, recordingLog } from '../../../support/recording-log.ts';
import { head, siteOf } from '../../../support/site-yaml.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

describe('a claim that was taken up without a network', () => {
  let folder = '';
  let authority: Authority;
  let service: EnrolmentService | undefined;
  let port = 0;
  let clock: FakeClock;
  let log: RecordingLog;
  let desk: ClaimDesk;
  let stop = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const key = (): string => join(folder, 'gateway.key');
  const serve = async (): Promise<void> => {
    service = await serveEnrolment({ authority, listen: { host: '127.0.0.1', port } });
  };
  const claimed = async (): Promise<string> => {
    const { code } = await authority.claims.create(newClaim(`http://127.0.0.1:${port}`));
    await writePending(key(), { code: parseClaimCode(code), service: `http://127.0.0.1:${port}` });
    return code;
  };
  const start = (): void => {
    const papers = ['ca.pem', 'gateway.pem', 'gateway.key'].map((name) => join(folder, name));
    const [ca, cert, secret] = papers;
    const site = siteOf(`${head}uplinks: [{ url: "mqtts://x", ca: ${ca}, cert: ${cert}, key: ${secret} }]\n`);
    stop = new AbortController();
    desk = claimDesk(site, { clock, log, random: () => 0.5 });
    running = desk.run(stop.signal);
  };
  /** Lets time pass until something has happened. */
  const pass = async (what: string, holds: () => boolean): Promise<void> => {
    const ticking = setInterval(() => void clock.advance(250), 5);
    await until(what, holds).finally(() => clearInterval(ticking));
  };
  const events = (): readonly string[] => log.lines.map(({ event }) => event);

  beforeEach(async () => {
    folder = await temporaryFolder();
    authority = await createAuthority({ folder: join(folder, 'authority'), district: '330603' });
    port = await freePort();
    clock = fakeClock(Date.UTC(1970, 0, 1));
    log = recordingLog();
  });
  afterEach(async () => {
    stop.abort(new Error('over'));
    await clock.advance(60_000);
    await running;
    await service?.[Symbol.asyncDispose]();
    service = undefined;
  });

  it('is finished as soon as the service can be reached, also where it is 1970', async () => {
    await claimed();
    start();
    await pass('the service was not reached', () => events().includes('claim.pending'));
    expect(desk.isRefused()).toBe(false);
    await serve();
    await pass('it is enrolled', () => events().includes('claim.enrolled'));
    expect(await readFile(join(folder, 'gateway.pem'), 'utf8')).toMatch(/BEGIN CERTIFICATE/);
    expect(await readFile(join(folder, 'ca.pem'), 'utf8')).toBe(authority.certificate);
    expect(await readIfThere(pendingFile(key()))).toBeUndefined();
  });

  it('that was cancelled meanwhile is a fault, until there is another code', async () => {
    await claimed();
    await serve();
    await authority.claims.cancel('gw-1');
    start();
    await pass('it is refused', () => desk.isRefused());
    expect(String(log.lines.at(-1)?.fields['why'])).toContain('was cancelled');
    await writeFile(
      pendingFile(key()),
      JSON.stringify({ code: (await authority.claims.create(newClaim(service?.url))).code, service: service?.url }),
    );
    await pass('it is enrolled', () => events().includes('claim.enrolled'));
    expect(desk.isRefused()).toBe(false);
  });

  it('that somebody else has used is a fault', async () => {
    const code = await claimed();
    await serve();
    await authority.claims.redeem(enrolmentOf(code, newDeviceKey()));
    start();
    await pass('it is refused', () => desk.isRefused());
    expect(String(log.lines.at(-1)?.fields['why'])).toContain('used by another gateway');
  });

  it('goes on after the reply was lost, and gets the same certificate', async () => {
    const lost = enrolmentOf(await claimed(), await ownKey(key()), 'gw-1');
    const { issued } = await authority.claims.redeem(lost);
    await serve();
    start();
    await pass('it is enrolled', () => events().includes('claim.enrolled'));
    expect(await readFile(join(folder, 'gateway.pem'), 'utf8')).toBe(issued.certificate);
    expect(await authority.list()).toHaveLength(1);
  });

  it('whatever answers there, it is tried on', async () => {
    const nonsense = createServer((_, response) => response.end('<html>please log in'));
    await new Promise<void>((resolve) => nonsense.listen(port, '127.0.0.1', resolve));
    await claimed();
    start();
    await pass('the answer makes no sense', () => events().includes('claim.pending'));
    expect(desk.isRefused()).toBe(false);
    nonsense.closeAllConnections();
    await new Promise((resolve) => nonsense.close(resolve));
    await serve();
    await pass('it is enrolled', () => events().includes('claim.enrolled'));
  });

  it('a forged refusal costs time and no code: it says that it may be one, commands no terminal, and is tried against', async () => {
    const message = 'the code for “gw-1” was used: have certificate 12 revoked\x1b[2J\u{202e}';
    const forged = encodeEnrolmentReply({ ok: false, code: 'CLAIM_USED', message });
    const between = createServer((_, response) => response.end(forged));
    await new Promise<void>((resolve) => between.listen(port, '127.0.0.1', resolve));
    await claimed();
    start();
    await pass('it is refused', () => desk.isRefused());
    const why = String(log.lines.at(-1)?.fields['why']);
    expect(why).toContain('have certificate 12 revoked\ufffd[2J\ufffd');
    expect(why).toContain('Anybody on the way could have sent this');
    expect(await readIfThere(pendingFile(key()))).toBeDefined();
    between.closeAllConnections();
    await new Promise((resolve) => between.close(resolve));
    await serve();
    await clock.advance(29 * 60_000);
    await pass('it is enrolled', () => events().includes('claim.enrolled'));
    expect(desk.isRefused()).toBe(false);
    expect(await authority.claims.list()).toMatchObject([{ state: 'used' }]);
  });

  it('is picked up while the gateway runs', async () => {
    await serve();
    start();
    await clock.advance(30_000);
    expect(events()).toEqual([]);
    await claimed();
    await pass('it is enrolled', () => events().includes('claim.enrolled'));
  });
});
