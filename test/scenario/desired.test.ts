import { beforeEach, describe, expect, it } from 'vitest';
import { generateOperatorKey } from '../../sdk/index.ts';
import type { Data } from '../../sdk/wire/request.ts';
import { closedAfterEach } from '../support/closed-after-each.ts';
import { debian } from '../support/debian.ts';
import { fieldSite } from '../support/field-site.ts';
import { type GatewayUnderTest, runProgram, startGatewayUnderTest } from '../support/gateway-process.ts';
import { jammedBus } from '../support/jammed-bus.ts';
import { freePort, startMosquitto } from '../support/mosquitto.ts';
import { until } from '../support/until.ts';
import { type WirePlatform, wirePlatform } from '../support/wire-platform.ts';

const keys = generateOperatorKey();
const profile = 'generic/municipal-hydrant';
const spec = (id: string, unit: number, more: Record<string, Data> = {}) => ({
  bus: 'street',
  id,
  profile,
  name: `Hydrant ${id}`,
  unit,
  pollMs: 100,
  ...more,
});

describe.skipIf(!debian('mosquitto'))(
  'desired lists on a gateway as a process (needs Debian’s mosquitto)',
  { timeout: 60_000 },
  () => {
    const own = closedAfterEach();
    let gateway: GatewayUnderTest;
    let platform: WirePlatform;
    let broker: AsyncDisposable;
    let port: number;

    beforeEach(async () => {
      port = await freePort();
      broker = await startMosquitto(port);
      own({ [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() });
      const street = own(await jammedBus(9));
      const buses = `  - id: street
    tcp: "127.0.0.1:${street.port}"
    timeoutMs: 100
    devices:
      - { id: gate, profile: ${profile}, unit: 1, pollMs: 100, name: Gate }
`;
      gateway = own(await startGatewayUnderTest(fieldSite({ broker: port, buses, key: keys.publicKey })));
      platform = own(await wirePlatform(port, keys.privateKey));
      await until('the gate answers', () => healthOf('gate') === 'ok', 20_000);
    });

    const alarmsTold = () => gateway.log.filter(({ event }) => event.startsWith('alarm.'));
    const healthOf = (id: string) => platform.state()?.devices.find((d) => d.id === id)?.health;
    const ids = (): readonly string[] => platform.state()?.devices.map(({ id }) => id) ?? [];
    const apply = (version: number, devices: readonly Data[], more: Record<string, Data> = {}) =>
      platform.ask('apply', { version, devices, trialMs: 3_000, ...more });
    const settled = (version: number) =>
      until(
        `version ${version} is settled`,
        () => {
          const desired = platform.state()?.desired;
          return desired?.version === version && desired.sync !== 'trial';
        },
        20_000,
      );
    const device = (...args: readonly string[]) => runProgram(['device', ...args, '--config', gateway.config]);

    it('takes one that is sound, refuses one that is not, and goes back from one that keeps its bus from answering', async () => {
      await gateway.logged('alarm.raised', ({ key }) => key === 'gate/low');
      await gateway.logged('alarm.raised', ({ key }) => key === 'gate/low-low');
      const told = alarmsTold().length;
      expect((await apply(1, [spec('barn', 2)])).text('sync')).toBe('trial');
      await settled(1);
      expect(platform.state()?.desired).toEqual({ version: 1, sync: 'in-sync', localVersion: 0 });
      expect([ids(), healthOf('barn')]).toEqual([['gate', 'barn'], 'ok']);

      const bad = await apply(2, [spec('barn', 2), spec('shed', 1)]);
      expect([bad.text('sync'), bad.list('problems')]).toMatchObject(['rejected', [{ device: 'shed', path: 'unit' }]]);
      await settled(2);
      expect(ids()).toEqual(['gate', 'barn']);

      const before = platform.state()?.configVersion ?? 0;
      await apply(3, [spec('barn', 2), spec('jammer', 66)]);
      await gateway.logged('desired.rolled-back');
      await settled(3);
      expect(platform.state()?.desired).toMatchObject({ version: 3, sync: 'rejected' });
      expect(platform.state()?.desired?.problem).toMatch(/(gate|barn): answered before and fell silent/);
      await until('the bus is well again', () => healthOf('gate') === 'ok' && healthOf('barn') === 'ok', 20_000);
      expect([ids(), platform.state()?.configVersion]).toEqual([['gate', 'barn'], before + 2]);
      expect(alarmsTold().slice(told)).toEqual([]); // what stands goes on standing, and nothing is raised of the jam
    });

    it('merges what was changed on site while the platform was away with its next list, and shows the conflict', async () => {
      await apply(1, [spec('barn', 2)]);
      await settled(1);
      await broker[Symbol.asyncDispose]();
      const added = await device('add', '5', '--profile', profile, '--name', 'Shed', '--lang', 'en');
      expect([added.code, added.err, added.out]).toMatchObject([
        0,
        '',
        expect.stringContaining('municipal-hydrant-5 is added'),
      ]);
      expect((await device('change', 'barn', '--unit', '3', '--place', 'moved')).code).toBe(0);
      broker = await startMosquitto(port);
      await until('the platform sees it', () => platform.state()?.desired?.localVersion === 2, 20_000);
      expect(platform.state()?.devices.map(({ id, origin }) => [id, origin])).toEqual([
        ['gate', 'file'],
        ['barn', 'platform'],
        ['municipal-hydrant-5', 'local'],
      ]);

      const conflict = { device: 'barn', field: 'address', kept: 'on-site', version: 3 };
      // Version 2 was made and superseded while nobody could take it.
      const answer = await apply(3, [spec('barn', 4, { name: 'Old barn' })]);
      expect(answer.list('conflicts')).toMatchObject([conflict]);
      await settled(3);
      const page = await platform.ask('config', {});
      expect(page.list('devices')).toMatchObject([
        { id: 'barn', unit: 3, name: 'Old barn', place: 'moved', origin: 'platform' },
        { id: 'gate', origin: 'file' },
        { id: 'municipal-hydrant-5', unit: 5, origin: 'local' },
      ]);
      expect(page.list('conflicts')).toMatchObject([conflict]);
      const { out } = await device('list', '--lang', 'zh');
      expect(out).toContain(
        '与平台冲突: barn address: 现场 {"bus":"street","unit":3} (生效), 平台 {"bus":"street","unit":4}',
      );
      const records = await runProgram(['records', '--config', gateway.config, '--lang', 'en']);
      expect(records.out).toMatch(/device add/);
      expect(records.out).toMatch(/on site is kept/);
    });

    it('that was on trial at a kill -9 is rejected, and the list before it is in force', async () => {
      await apply(1, [spec('barn', 2)], { trialMs: 30_000 });
      await gateway.kill();
      gateway.start();
      await settled(1);
      await until('the gate is back', () => healthOf('gate') === 'ok', 20_000);
      expect([ids(), platform.state()?.desired]).toMatchObject([['gate'], { version: 1, sync: 'rejected' }]);
      await apply(2, [spec('barn', 2)]);
      await settled(2);
      expect([ids(), platform.state()?.desired?.sync]).toEqual([['gate', 'barn'], 'in-sync']);
    });

    it.each<[what: string, args: readonly string[], code: number, says: string]>([
      ['no address', ['add'], 1, 'at which address?'],
      ['no profile', ['add', '3'], 1, 'fengsui profiles'],
      ['no name', ['add', '3', '--profile', profile], 1, 'what do people call it?'],
      [
        'no such bus',
        ['add', '3', '--profile', profile, '--name', 'X', '--bus', 'y'],
        1,
        'the configuration has street',
      ],
      ['a unit in use', ['add', '1', '--profile', profile, '--name', 'X'], 1, 'unit 1 is used by “gate” already'],
      ['a device of the file', ['remove', 'gate'], 3, 'stands in the configuration file'],
      ['nothing to change', ['change', 'gate'], 1, 'what is to be changed?'],
      ['no value', ['change', 'gate', '--set', 'low'], 1, 'low=0.2'],
    ])('a change on site that cannot be is told with what to do: %s', async (_what, args, code, says) => {
      const ended = await device(...args);
      expect(ended.err).toContain(says);
      expect([ended.code, ended.out]).toEqual([code, '']);
    });
  },
);
