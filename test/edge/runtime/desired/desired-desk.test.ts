import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyRequest, configPage, localChange } from '../../../../edge/runtime/desired/answers.ts';
import { desiredDesk } from '../../../../edge/runtime/desired/desired-desk.ts';
import { deviceList } from '../../../../edge/runtime/device-list.ts';
import type { PointValue } from '../../../../sdk/model/point.ts';
import type { CommandAct } from '../../../../sdk/model/record.ts';
import { fieldsOf } from '../../../../sdk/wire/parse.ts';
import type { Data } from '../../../../sdk/wire/request.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

const yaml = onBus(hydrant('gate', 1), hydrant('yard', 2));
const spec = (id: string, unit: number, more: Record<string, Data> = {}) => ({
  bus: 'rs485',
  id,
  profile: 'generic/municipal-hydrant',
  name: `Hydrant ${id}`,
  unit,
  ...more,
});
const barn = spec('barn', 3);

/** A gateway of two hydrants whose bus is played by hand: units that answer are polled twice a second. */
async function stage(file?: string, text = yaml) {
  const path = file ?? join(await temporaryFolder(), 'devices.json');
  const clock = fakeClock();
  const log = recordingLog();
  const site = siteOf(text);
  const devices = await deviceList(site, path, log);
  const answered = new Map<string, PointValue>();
  const problems = new Map<string, string>();
  const units = new Set([1, 2]);
  const forgotten: string[] = [];
  const acts: CommandAct[] = [];
  let applied = 0;
  let told = 0;
  const watch = { isOn: false };
  const desk = desiredDesk({
    devices,
    clock: {
      ...clock,
      after: (ms, wake) => {
        watch.isOn = true;
        return clock.after(ms, () => {
          watch.isOn = false;
          wake();
        });
      },
    },
    log,
    sight: () => ({ answered, problems }),
    applyDevices: () => {
      applied++;
    },
    onChange: () => {
      told++;
    },
    forget: (device, operator) => forgotten.push(`${device} by ${operator}`),
    note: (act) => acts.push(act),
  });
  const poll = (): void => {
    for (const { id, unit } of devices.devices) {
      const isUp = units.has(unit) && problems.size === 0;
      const at = clock.mono();
      answered.set(id, isUp ? { quality: 'good', at, value: 1 } : { quality: 'lost', at, why: 'timeout' });
    }
  };
  const passes = async (ms: number): Promise<void> => {
    for (let t = 0; t < ms; t += 250) {
      await clock.advance(250);
      poll();
    }
  };
  /** Lets time pass until the trial is over; what is decided then is stored by a real file system. */
  const ended = async (): Promise<number> => {
    const [began, lines] = [clock.mono(), log.lines.length];
    while (watch.isOn) await passes(250);
    const took = clock.mono() - began;
    const isTold = (): boolean =>
      log.lines.slice(lines).some(({ event }) => /^desired\.(kept|rolled-back)$/.test(event));
    await until('the end of the trial is told', isTold);
    return took;
  };
  poll();
  return {
    path,
    clock,
    log,
    devices,
    units,
    problems,
    forgotten,
    acts,
    desk,
    passes,
    ended,
    applied: () => applied,
    told: () => told,
    ids: () => devices.devices.map(({ id }) => id),
    apply: (version: number, list: readonly Data[], more: Record<string, Data> = {}) =>
      desk.apply(applyRequest(fieldsOf({ version, devices: list, ...more }, 'params')), 'platform'),
    onSite: (act: string, id: string, fields: Data = null) =>
      desk.changeOnSite(localChange(fieldsOf({ act, id, ...(fields !== null && { fields }) }, 'params'))),
    config: (after?: string) => configPage(site, devices, after),
  };
}

describe('a desired list', () => {
  it('is tried at once, and kept as soon as everything answers', async () => {
    const s = await stage();
    s.units.add(3);
    expect(await s.apply(1, [barn])).toEqual({ version: 1, sync: 'trial', problems: [], conflicts: [] });
    expect([s.ids(), s.applied(), s.devices.version]).toEqual([['gate', 'yard', 'barn'], 1, 1]);
    expect(await s.ended()).toBeLessThan(7_000);
    expect(s.devices.desired()).toEqual({ version: 1, sync: 'in-sync', localVersion: 0 });
    expect(s.devices.originOf('barn')).toBe('platform');
    const again = await stage(s.path);
    expect([again.ids(), again.devices.desired(), again.devices.version]).toEqual([s.ids(), s.devices.desired(), 1]);
  });

  it('is kept, too, when a new device does not answer yet and hurts nobody, and tells which', async () => {
    const s = await stage();
    await s.apply(1, [barn], { trialMs: 10_000 });
    expect(await s.ended()).toBeGreaterThanOrEqual(10_000);
    const problem = {
      device: 'barn',
      path: 'unit',
      message: 'does not answer yet (timeout): check address and wiring',
    };
    expect(s.devices.taken()).toMatchObject({ sync: 'in-sync', problems: [problem] });
    expect(s.devices.desired().problem).toBe('barn: unit: does not answer yet (timeout): check address and wiring');
  });

  it('is watched for twice the silence bound of what is new, unless a time is given', async () => {
    const s = await stage();
    await s.apply(1, [barn]);
    expect(await s.ended()).toBeGreaterThanOrEqual(120_000);
  });

  it('goes back when a device that answered before falls silent, before that is told as a fault', async () => {
    const s = await stage();
    await s.apply(1, [barn]);
    s.units.delete(2); // unit 3 talks into its answers
    expect(await s.ended()).toBeLessThan(31_000);
    expect([s.ids(), s.devices.version, s.applied()]).toEqual([['gate', 'yard'], 2, 2]);
    const message = 'answered before and fell silent; the change is on its bus “rs485”';
    expect(s.devices.taken()).toMatchObject({
      version: 1,
      sync: 'rejected',
      problems: [{ device: 'yard', path: '', message }],
    });
    expect(s.forgotten).toEqual(['barn by platform']);
    expect(s.acts).toMatchObject([
      { method: 'apply', outcome: 'BUS_TIMEOUT', detail: `version 1 is rejected: yard: ${message}` },
    ]);
    expect((await stage(s.path)).devices.desired()).toMatchObject({ version: 1, sync: 'rejected' });
  });

  it('goes back when its bus cannot be reached any more', async () => {
    const s = await stage();
    await s.apply(1, [barn]);
    s.problems.set('rs485', 'connection refused');
    expect(await s.ended()).toBeLessThan(7_000);
    expect(s.devices.taken().problems).toEqual([
      { path: '', message: 'bus “rs485” could be reached before and cannot be since: connection refused' },
    ]);
  });

  it('does not go back for a device that was silent before', async () => {
    const s = await stage();
    s.units.delete(2);
    await s.passes(500);
    s.units.add(3);
    await s.apply(1, [barn]);
    await s.ended();
    expect(s.devices.desired().sync).toBe('in-sync');
  });

  it('ends what stands on a device that it leaves out only once it is kept', async () => {
    const s = await stage();
    s.units.add(3);
    await s.apply(1, [barn]);
    await s.ended();
    await s.apply(2, []);
    expect([s.ids(), s.forgotten]).toEqual([['gate', 'yard'], []]);
    await s.ended();
    await until('the device is forgotten', () => s.forgotten.length > 0);
    expect(s.forgotten).toEqual(['barn by platform']);
  });

  it('that changes nothing is in sync at once', async () => {
    const s = await stage();
    expect(await s.apply(1, [])).toMatchObject({ version: 1, sync: 'in-sync' });
    expect([s.devices.desired().version, s.told(), s.applied()]).toEqual([1, 1, 0]);
  });

  it('leaves the devices that it does not change exactly as they are', async () => {
    const s = await stage();
    s.units.add(3).add(4);
    await s.apply(1, [barn, spec('shed', 4)]);
    const before = s.devices.devices;
    await s.ended();
    await s.apply(2, [spec('shed', 4), { ...barn, name: 'Old barn' }]);
    expect(s.devices.devices.map((device) => before.includes(device))).toEqual([true, true, false, true]);
  });
});

describe('a list that is refused', () => {
  it.each<[why: string, list: readonly Data[], problem: object]>([
    [
      'unit in use',
      [spec('barn', 1)],
      { device: 'barn', path: 'unit', message: expect.stringContaining('used by “gate”') },
    ],
    [
      'two of it at one unit',
      [barn, spec('shed', 3)],
      { device: 'shed', path: 'unit', message: expect.stringContaining('“barn”') },
    ],
    ['twice', [barn, barn], { device: 'barn', path: 'id', message: 'the list has this device twice' }],
    ['no bus', [{ ...barn, bus: 'x' }], { device: 'barn', path: 'bus', message: expect.stringContaining('rs485') }],
    ['not a device', [barn, 7], { path: '[1]', message: 'expected keys and values, got 7' }],
    [
      'a key that is not there',
      [{ ...barn, colour: 1 }],
      { device: 'barn', path: 'colour', message: expect.stringContaining('no such key') },
    ],
    ['a setting out of range', [{ ...barn, settings: { low: 99 } }], { device: 'barn', path: 'settings.low' }],
    ['a device of the file', [spec('gate', 9)], { device: 'gate', path: 'id' }],
    [
      'too many',
      Array.from({ length: 1_001 }, () => 0),
      { path: '', message: 'expected at most 1000 devices, got 1001' },
    ],
  ])(
    '%s: the reason says which device, where and what is expected, and nothing changes',
    async (_why, list, problem) => {
      const s = await stage();
      const answer = await s.apply(1, list);
      expect(answer).toMatchObject({ version: 1, sync: 'rejected', problems: [problem] });
      expect(s.acts).toMatchObject([{ method: 'apply', outcome: 'INVALID', operator: 'platform' }]);
      expect([s.ids(), s.devices.version, s.devices.desired()]).toMatchObject([
        ['gate', 'yard'],
        0,
        { version: 1, sync: 'rejected' },
      ]);
    },
  );

  it('for more reasons than a reply holds, tells how many more there are', async () => {
    const s = await stage();
    const answer = await s.apply(
      1,
      Array.from({ length: 300 }, (_, i) => ({ ...spec(`h-${i}`, 5), profile: 'x/y' })),
    );
    expect([answer.problems.length, answer.leftOut]).toEqual([50, 250]);
    expect(JSON.stringify(answer).length).toBeLessThan(40_000);
  });

  it('because the line could not carry it is told the consequence', async () => {
    const s = await stage();
    const answer = await s.apply(
      1,
      Array.from({ length: 40 }, (_, i) => spec(`h-${i}`, i + 3)),
    );
    expect(answer).toMatchObject({
      sync: 'rejected',
      problems: [{ path: '', message: expect.stringMatching(/^bus “rs485”: the line cannot keep its periods/) }],
    });
  });
});

describe('versions', () => {
  it('the one taken last is answered with what became of it, an older one is refused', async () => {
    const s = await stage();
    await s.apply(3, [{ ...barn, bus: 'x' }]);
    expect(await s.apply(3, [{ ...barn, bus: 'x' }])).toMatchObject({
      version: 3,
      sync: 'rejected',
      problems: [{ path: 'bus' }],
    });
    await expect(s.apply(2, [])).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('older than version 3'),
    });
    await expect(s.apply(3, [])).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('another list as version 3'),
    });
  });

  it('on trial, the same is answered so, and another waits', async () => {
    const s = await stage();
    await s.apply(1, [barn]);
    const { unit, ...others } = barn;
    expect(await s.apply(1, [{ unit, ...others }])).toMatchObject({ version: 1, sync: 'trial' });
    await expect(s.apply(2, [])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(s.devices.add(spec('shed', 4), undefined)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(s.onSite('remove', 'barn')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(s.applied()).toBe(1);
  });

  it('made from another than the last is refused', async () => {
    const s = await stage();
    await s.apply(1, []);
    await expect(s.apply(3, [], { ifBase: 2 })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await s.apply(3, [], { ifBase: 1 })).toMatchObject({ version: 3, sync: 'in-sync' });
  });

  it('tried dry change nothing, and say what they would come to', async () => {
    const s = await stage();
    expect(await s.apply(1, [barn], { dryRun: true })).toMatchObject({ version: 1, sync: 'trial', problems: [] });
    expect(await s.apply(1, [{ ...barn, unit: 1 }], { dryRun: true })).toMatchObject({
      sync: 'rejected',
      problems: [{ path: 'unit' }],
    });
    expect(await s.apply(1, [], { dryRun: true })).toMatchObject({ sync: 'in-sync' });
    expect([s.devices.desired().version, s.applied()]).toEqual([0, 0]);
  });

  it.each([[0], [-1], [1.5], ['1']])('%s is no version', async (version) => {
    const s = await stage();
    await expect(async () => s.apply(version as number, [])).rejects.toMatchObject({ name: 'FengsuiError' });
  });

  it('that was on trial when the gateway died is rejected, and the list before it is in force', async () => {
    const s = await stage();
    await s.apply(1, [barn]);
    const again = await stage(s.path);
    expect([again.ids(), again.devices.version]).toEqual([['gate', 'yard'], 2]);
    expect(again.devices.desired()).toMatchObject({
      version: 1,
      sync: 'rejected',
      problem: expect.stringContaining('on trial'),
    });
    again.units.add(3);
    expect(await again.apply(2, [barn])).toMatchObject({ sync: 'trial' });
  });
});

type Refused = readonly [act: string, id: string, fields: Data, code: string, says: string];

describe('changes on site', () => {
  it('are in force at once, and shown as such', async () => {
    const s = await stage();
    await s.onSite('add', 'shed', { bus: 'rs485', profile: 'generic/municipal-hydrant', name: 'Shed', unit: 7 });
    expect([s.devices.originOf('shed'), s.devices.desired().localVersion, s.devices.version]).toEqual(['local', 1, 1]);
    await s.onSite('change', 'shed', { unit: 8, settings: { low: 0.2 } });
    await s.onSite('change', 'shed', { place: 'behind the barn', settings: { lowLow: 0.1 } });
    expect(s.devices.entries).toMatchObject([
      { unit: 8, place: 'behind the barn', settings: { low: 0.2, lowLow: 0.1 } },
    ]);
    await s.onSite('change', 'shed', { place: null });
    expect(s.devices.entries[0]).not.toHaveProperty('place');
    await s.onSite('remove', 'shed');
    expect([s.ids(), s.forgotten]).toEqual([['gate', 'yard'], ['shed by local']]);
    expect(s.acts.map(({ method, operator, device }) => [method, operator, device])).toEqual([
      ['device add', 'local', 'shed'],
      ['device change', 'local', 'shed'],
      ['device change', 'local', 'shed'],
      ['device change', 'local', 'shed'],
      ['device remove', 'local', 'shed'],
    ]);
  });

  it.each<[why: string, change: Refused]>([
    ['a unit in use', ['add', 'shed', { ...spec('shed', 1) }, 'INVALID', 'unit 1 is used by “gate”']],
    ['one that is there', ['add', 'gate', { ...spec('gate', 7) }, 'CONFLICT', 'stands in the configuration file']],
    ['one that is not there', ['change', 'shed', { unit: 7 }, 'NOT_FOUND', 'fengsui device list']],
    ['removal of one of the file', ['remove', 'gate', null, 'CONFLICT', 'stands in the configuration file']],
    ['a unit that there is not', ['add', 'shed', { ...spec('shed', 300) }, 'INVALID', 'units are 1–247']],
    ['a change that there is not', ['paint', 'shed', null, 'INVALID', 'add, change, remove']],
    ['no fields', ['add', 'shed', null, 'INVALID', 'expected keys and values']],
  ])('that cannot be are refused with what to do: %s', async (_why, [act, id, fields, code, says]) => {
    const s = await stage();
    await expect((async () => s.onSite(act, id, fields))()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
    expect([s.devices.version, s.acts]).toEqual([0, []]);
  });

  it('while the platform was away are merged with what it wants, and a conflict is shown until it is settled', async () => {
    const s = await stage();
    s.units.add(3).add(5).add(7);
    await s.apply(1, [barn]);
    await s.ended();
    await s.onSite('change', 'barn', { unit: 5, place: 'moved' });
    await s.onSite('add', 'shed', spec('shed', 7));
    const answer = await s.apply(2, [{ ...barn, unit: 9, name: 'New name' }]);
    const conflict = { device: 'barn', field: 'address', kept: 'on-site', version: 2 };
    expect(answer).toMatchObject({ sync: 'trial', conflicts: [conflict] });
    await s.ended();
    expect(s.config()).toMatchObject({
      devices: [
        { id: 'barn', unit: 5, name: 'New name', place: 'moved', origin: 'platform' },
        { id: 'gate', origin: 'file' },
        { id: 'shed', origin: 'local' },
        { id: 'yard', origin: 'file' },
      ],
      conflicts: [{ ...conflict, onSite: { bus: 'rs485', unit: 5 }, platform: { bus: 'rs485', unit: 9 } }],
      desired: { version: 2, sync: 'in-sync', localVersion: 2 },
    });
    await until('the conflict is told', () => s.acts.some(({ outcome }) => outcome === 'CONFLICT'));
    expect(s.acts.at(-1)).toMatchObject({
      method: 'apply',
      device: 'barn',
      detail: 'address: on site {"bus":"rs485","unit":5}, platform {"bus":"rs485","unit":9}; on site is kept',
    });
    // The same word again settles nothing; taking over what is in force does.
    await s.apply(3, [{ ...barn, unit: 9, name: 'New name' }]);
    expect((await stage(s.path)).config().conflicts).toMatchObject([conflict]);
    await s.apply(4, [{ ...barn, unit: 5, name: 'New name' }]);
    expect(s.config().conflicts).toEqual([]);
  });
});

describe('config', () => {
  it('comes in pages that fit a reply', async () => {
    const s = await stage(undefined, yaml.replace('    devices:', '    acceptSlow: true\n    devices:'));
    const wanted = Array.from({ length: 240 }, (_, i) => spec(`h-${i}`, i + 3, { place: '村'.repeat(150) }));
    await s.apply(1, wanted);
    const seen: string[] = [];
    let pages = 0;
    for (let after: string | undefined = ''; after !== undefined; pages++) {
      const page = s.config(after);
      expect(JSON.stringify(page).length).toBeLessThan(64_000);
      seen.push(...page.devices.map(({ id }) => id));
      after = page.next;
    }
    expect([seen.length, new Set(seen).size, pages > 1]).toEqual([242, 242, true]);
  });
});

describe('a stored list', () => {
  it('of an earlier program is the platform’s, and an earlier program can read what is stored now', async () => {
    const path = join(await temporaryFolder(), 'devices.json');
    await writeFile(path, JSON.stringify({ configVersion: 4, devices: [barn] }));
    const s = await stage(path);
    expect([s.ids(), s.devices.version, s.devices.originOf('barn')]).toEqual([['gate', 'yard', 'barn'], 4, 'platform']);
    await s.onSite('change', 'barn', { name: 'Barn' });
    const { configVersion, devices } = JSON.parse(await readFile(path, 'utf8'));
    expect([configVersion, devices]).toEqual([5, [{ ...barn, name: 'Barn' }]]);
  });

  it('that cannot be written when the trial ends is not kept', async () => {
    const s = await stage();
    s.units.add(3);
    await s.apply(1, [barn]);
    await rm(dirname(s.path), { recursive: true });
    await s.ended();
    expect([s.ids(), s.devices.desired()]).toMatchObject([
      ['gate', 'yard'],
      { sync: 'rejected', problem: expect.stringContaining('could not be stored') },
    ]);
  });
});
