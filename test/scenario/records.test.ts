import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Entry } from '../../edge/journal/journal.ts';
import { openJournal } from '../../edge/journal/open-journal.ts';
import {
  type AlarmUpdate,
  connect,
  ed25519Signer,
  FengsuiError,
  generateOperatorKey,
  type RecordUpdate,
} from '../../sdk/index.ts';
import { startBroker } from '../../simulators/broker/start-broker.ts';
import { homePins, startHome } from '../../simulators/home/start-home.ts';
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import { smokeReceiver } from '../../simulators/smoke/smoke-receiver.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';
import { fieldSite } from '../support/field-site.ts';
import { type GatewayUnderTest, runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { journalDirectory } from '../support/journal-directory.ts';
import { freePort } from '../support/mosquitto.ts';

const keys = generateOperatorKey();

const own = <T extends AsyncDisposable>(resource: T): T => {
  onTestFinished(() => resource[Symbol.asyncDispose]());
  return resource;
};
const platform = async (port: number, privateKey = keys.privateKey) =>
  own(
    await connect({
      url: `mqtt://127.0.0.1:${port}`,
      district: '330603',
      signer: ed25519Signer({ keyId: 'tester', privateKey }),
      operator: '李伟',
    }),
  );

type Update = AlarmUpdate | RecordUpdate;

/** Takes everything over, and waits for what a test wants to see. */
function takeOver(updates: AsyncIterable<Update>) {
  const taken: Update[] = [];
  const waiting = new Set<() => void>();
  void (async () => {
    for await (const update of updates) {
      taken.push(update);
      await update.commit();
      for (const look of waiting) look();
    }
  })();
  const next = (fits: (update: Update) => boolean): Promise<Update> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = taken.find(fits);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { taken, next };
}
const linkage = (update: Update) =>
  'record' in update && update.record.kind === 'linkage' ? update.record : undefined;
const audit = (update: Update) => ('record' in update && update.record.kind === 'audit' ? update.record : undefined);

async function village(port: number) {
  const smoke = smokeReceiver({ slots: 1 });
  const units = new Map([[1, smoke.unit]]);
  const street = own(await modbusServer({ transport: 'tcp', units }));
  const home = own(await startHome());
  const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    devices: [{ id: smoke, profile: generic/wireless-smoke-alarm, unit: 1, pollMs: 100, name: Smoke }]
  - id: home
    firmata: "127.0.0.1:${home.port}"
    devices: [{ id: siren, profile: generic/siren, line: ${homePins.siren}, pollMs: 100, name: Siren }]
`;
  const linkage = `linkage: [{ name: home, when: [smoke/smoke], set: siren/sounding }]\n`;
  const gateway = own(await startGatewayUnderTest(fieldSite({ broker: port, buses, linkage, key: keys.publicKey })));
  return { smoke, gateway };
}

describe('what a gateway writes for the record', { timeout: 60_000 }, () => {
  it('says that the siren was told and sounded, and who was refused, in order with the alarms', async () => {
    const broker = own(await startBroker());
    const { smoke, gateway } = await village(broker.port);
    const fs = await platform(broker.port);
    const { taken, next } = takeOver(fs.alarms.stream({ records: true }));
    await next((u) => audit(u)?.act === 'started');
    await gateway.logged('linkage.proven', (line) => line['on'] === false);
    smoke.trip(0);
    await next((u) => linkage(u)?.step === 'proven' && linkage(u)?.on === true);
    const stranger = await platform(broker.port, generateOperatorKey().privateKey);
    const reset = stranger.alarms.reset({ gateway: 'test-01', device: 'smoke', condition: 'smoke', occurrence: 1 });
    expect(FengsuiError.is(await reset.catch((e: unknown) => e), 'FORBIDDEN')).toBe(true);
    await next((u) => audit(u)?.act === 'command');
    const seqs = taken.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
    expect(taken).toMatchObject([
      {
        record: {
          kind: 'audit',
          act: 'started',
          after: 'nothing',
          configHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
      { change: 'raised', alarm: { device: 'smoke', condition: 'smoke' } },
      { record: { step: 'switched', device: 'siren', point: 'sounding', on: true, causes: ['smoke/smoke'] } },
      { record: { step: 'proven', device: 'siren', on: true, afterMs: expect.any(Number) } },
      {
        record: {
          act: 'command',
          method: 'reset',
          outcome: 'FORBIDDEN',
          device: 'smoke',
          condition: 'smoke',
          count: 1,
        },
      },
    ]);
    const told = await runProgram(['records', '--config', gateway.config, '--lang', 'en']);
    expect([told.code, told.err]).toEqual([0, '']);
    expect(told.out).toMatch(/\.\d{3} {2}siren\/sounding was told to be on, because of smoke\/smoke$/m);
    expect(told.out).toMatch(/\.\d{3} {2}siren\/sounding read back on after \d+ ms$/m);
    expect(told.out).toMatch(/nobody known \(.+\) reset smoke\/smoke – refused, FORBIDDEN: /m);
    const { records } = JSON.parse(
      (await runProgram(['records', '--config', gateway.config, '--json', '--last', '1'])).out,
    );
    expect(records).toMatchObject([{ kind: 'audit', act: 'command', gateway: 'test-01' }]);
  });

  it('says that the gateway was killed, and that it ended in order', async () => {
    const broker = own(await startBroker());
    const { gateway } = await village(broker.port);
    const fs = await platform(broker.port);
    const { taken, next } = takeOver(fs.alarms.stream({ records: true }));
    await next((u) => audit(u)?.act === 'started');
    await gateway.kill();
    gateway.start();
    await next((u) => u.seq > 1 && audit(u)?.act === 'started');
    await gateway.stop();
    gateway.start();
    await next((u) => u.seq > 2 && audit(u)?.act === 'started');
    expect(taken).toMatchObject([
      { record: { act: 'started', after: 'nothing' } },
      { record: { act: 'started', after: 'failure' } },
      { record: { act: 'stopped', why: 'SIGTERM' } },
      { record: { act: 'started', after: 'stop' } },
    ]);
  });

  it('is asked for on the host without a gateway, and with words that make no sense', async () => {
    const gateway = own(await startGatewayUnderTest(fieldSite({ broker: await freePort(), buses: '  []' })));
    await gateway.logged('gateway.started');
    const ask = (...args: readonly string[]) => runProgram(['records', '--config', gateway.config, ...args]);
    const chinese = await ask('--lang', 'zh');
    expect(chinese.out).toMatch(/网关启动，版本 .*，首次启动$/m);
    expect(await ask('--last', '0')).toMatchObject({ code: 1, err: expect.stringContaining('from 1 to 1000') });
    await gateway.kill();
    expect(await ask()).toMatchObject({ code: 3, err: expect.stringContaining('no gateway is running here') });
  });
});

/** All that is stored, of a gateway that does not run. */
async function stored({ config }: GatewayUnderTest) {
  await using other = journalDirectory();
  await using journal = await openJournal({ ...other.options, directory: join(dirname(config), 'data') });
  const read = async (lane: 'alarm' | 'telemetry'): Promise<readonly Entry[]> => journal.read(lane, 0, 10_000);
  return {
    alarm: await read('alarm'),
    telemetry: await read('telemetry'),
    cursors: [await journal.cursor('away', 'alarm'), await journal.cursor('here', 'alarm')],
  };
}

describe('another configuration on the same journal', { timeout: 60_000 }, () => {
  it('leaves all that is stored as it was, and all of it is still sent', async () => {
    const [broker, nowhere] = [own(await startBroker()), await freePort()];
    const units = new Map([
      [1, pressureTransmitter(1, () => 0.05)],
      [2, pressureTransmitter(2, () => 0.05)],
    ]);
    const street = own(await modbusServer({ transport: 'tcp', units }));
    const site = (uplinks: string, devices: string): string => `version: 1
gateway: { id: test-01, name: Test, district: "330603", town: "001", clock: trusted }
uplinks: [${uplinks}]
operators: [{ name: tester, key: "${keys.publicKey}" }]
journal: { commitMs: 200 }
buses: [{ id: street, tcp: "127.0.0.1:${street.port}", devices: [${devices}] }]
`;
    const away = `{ id: away, url: "mqtt://127.0.0.1:${nowhere}" }`;
    const gate = '{ id: gate, profile: generic/municipal-hydrant, unit: 1, pollMs: 100, name: Gate }';
    const mill = '{ id: mill, profile: generic/municipal-hydrant, unit: 2, pollMs: 100, name: Mill }';
    const gateway = own(await startGatewayUnderTest(site(away, `${gate}, ${mill}`)));
    for (const key of ['gate/low-low', 'mill/low-low'])
      await gateway.logged('alarm.raised', (line) => line['key'] === key);
    await gateway.stop();
    const before = await stored(gateway);
    expect(before.alarm.length).toBeGreaterThanOrEqual(4); // a start, two alarms, a stop
    expect(before.telemetry.length).toBeGreaterThan(0);

    // The uplink, a device and the other's profile are gone, and there is a new uplink.
    const main = '{ id: mill, profile: generic/fire-main, unit: 2, pollMs: 100, name: Main }';
    await writeFile(gateway.config, site(`{ id: here, url: "mqtt://127.0.0.1:${broker.port}" }`, main));
    const fs = await platform(broker.port);
    const { taken, next } = takeOver(fs.alarms.stream({ records: true }));
    gateway.start();
    const changed = await next((u) => audit(u)?.act === 'configured');
    expect(changed).toMatchObject({ record: { added: [], removed: ['gate'], changed: ['mill'] } });
    await next((u) => 'alarm' in u && u.alarm.device === 'gate' && u.change === 'cleared');
    await gateway.stop();
    const after = await stored(gateway);
    expect(after.alarm.slice(0, before.alarm.length)).toEqual(before.alarm);
    expect(after.telemetry.slice(0, before.telemetry.length)).toEqual(before.telemetry);
    expect(after.cursors[0]).toBe(before.cursors[0]);
    expect(taken.map(({ seq }) => seq).slice(0, before.alarm.length)).toEqual(before.alarm.map(({ seq }) => seq));
  });
});
