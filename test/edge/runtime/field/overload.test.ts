import { describe, expect, it } from 'vitest';
import type { Site, SiteDevice } from '../../../../edge/runtime/config/site.ts';
import { type Learnt, type LoadOfUnit, loadOf, type SiteLoad } from '../../../../edge/runtime/field/bus-load.ts';
import { few, howLate } from '../../../../edge/runtime/field/load-words.ts';
import { newOverload, overload, overloadWatch } from '../../../../edge/runtime/field/overload.ts';
import type { AlarmKind } from '../../../../sdk/model/alarm.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { head, hydrant, onLines, siteOf } from '../../../support/site-yaml.ts';

/** Hydrants on a bus called “line”, each asked for one register: 31.4 ms at 9,600 8N1 with answers that begin after 10 ms. */
const siteWith = (count: number, bus: string, more = ''): Site =>
  siteOf(`${head}buses:
  - id: line
    ${bus}
    devices: [${Array.from({ length: count }, (_, i) => `{ ${hydrant(`h-${i + 1}`, i + 1, more)} }`).join(', ')}]
`);
const serial = 'serial: /dev/ttyX';
const timeoutOf = (ms: number): string => `${serial}\n    timeoutMs: ${ms}`;

function loadIn(site: Site): SiteLoad {
  const [bus] = site.buses;
  const load = bus && loadOf(bus, site.devices);
  if (!load) throw new Error('there is no Modbus bus');
  return load;
}
function overloadIn(site: Site): string | undefined {
  const [bus] = site.buses;
  return bus && overload(bus, site.devices);
}
const firstOf = (site: Site): LoadOfUnit | undefined => loadIn(site).units[0];

describe('what a bus has to carry', () => {
  it('of ten hydrants at 9,600: a third of the time, each on time while all answer', () => {
    const load = loadIn(siteWith(10, serial));
    expect(load.cycle).toBeCloseTo(317, 0);
    expect(load.utilisation).toBeCloseTo(0.317, 3);
    expect(load.units.map(({ unit }) => unit)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(load.units[0]).toMatchObject({ every: 1_000, isKept: true });
    expect(load.units[0]?.late).toBeLessThanOrEqual(318);
  });

  it('one silent unit costs its neighbours its time-out and the quiet after it, and that is still accepted', () => {
    const unit = firstOf(siteWith(10, serial));
    const more = (unit?.lateWithOneSilent ?? 0) - (unit?.late ?? 0);
    expect(more).toBeGreaterThan(1_500);
    expect(more).toBeLessThan(1_600);
    expect(unit?.isKept).toBe(true);
  });

  it('one silent unit that takes so long that an alarm would be seen after more than 8 s of 10 is not', () => {
    expect(firstOf(siteWith(2, timeoutOf(6_400)))?.isKept).toBe(true);
    expect(firstOf(siteWith(2, timeoutOf(6_500)))?.isKept).toBe(false);
  });

  it.each<[kind: AlarmKind, onDelayMs: number | string, longest: number]>([
    ['fire', 3_000, 3_400],
    ['call', 'hold', 4_400],
    ['pre-alarm', 3_000, 3_400],
    ['supervisory', 5_000, 6_400],
    ['fault', 60_000, 6_400],
  ])('a %s that must hold for %s ms leaves a time-out of less than %i ms', (kind, onDelayMs, longest) => {
    const keeps = (timeout: number): boolean | undefined => {
      const site = siteWith(2, timeoutOf(timeout));
      const [bus] = site.buses;
      const condition = { ...site.devices[0]?.profile.conditions?.['low'], kind, onDelayMs };
      const devices = site.devices.map((device) => ({
        ...device,
        settings: { ...device.settings, hold: 2_000 },
        profile: { ...device.profile, conditions: { low: condition } },
      }));
      return bus && loadOf(bus, devices as SiteDevice[])?.units[0]?.isKept;
    };
    expect([keeps(longest), keeps(longest + 100)]).toEqual([true, false]);
  });

  it('a device that is read seldom anyway may wait longer than 10 s, as long as it is read within its period', () => {
    const unit = firstOf(siteWith(2, timeoutOf(10_500), ', pollMs: 15000'));
    expect([unit?.every, unit?.isKept]).toEqual([15_000, true]);
  });

  it('of GPIO lines is nothing, of a bus without devices nothing much', () => {
    const [gpio] = siteOf(onLines('id: s, profile: generic/siren, name: S, line: 1')).buses;
    expect(gpio && loadOf(gpio, [])).toBeUndefined();
    expect(loadIn(siteWith(0, serial))).toMatchObject({ cycle: 0, utilisation: 0, units: [] });
  });
});

describe('an overload', () => {
  it('begins with the first device that does not fit any more', () => {
    expect(overloadIn(siteWith(31, serial))).toBeUndefined();
    expect(overloadIn(siteWith(32, serial))).toContain('(in use 102 %)');
    expect(overloadIn(siteWith(32, 'tcp: "h:502"'))).toBeUndefined();
  });

  it('says who would be read how late, and what helps', () => {
    const why = overloadIn(siteWith(30, `${serial}\n    baud: 2400`));
    expect(why).toMatch(
      /^the line cannot keep its periods \(in use 302 %\), alarms would be seen late: unit 1, 2, 3 … \+27 \(h-1, h-2, h-3 … \+27\) would be read every 1 s, up to 3\.\d+ s late while all answer, up to 4\.\d+ s late while another unit is silent, up to 4\d(\.\d+)? s late while all others are\. /,
    );
    expect(why).toMatch(
      /What helps: a higher baud than 2400 in all its devices, fewer devices on this bus, a longer pollMs, a shorter timeoutMs; or accept it with “acceptSlow: true”$/,
    );
  });

  it('on TCP does not speak of baud', () => {
    const why = overloadIn(siteWith(120, 'tcp: "h:502"'));
    expect(why).toContain('What helps: fewer devices');
    expect(why).not.toContain('baud');
  });

  it('that the site accepts is none, and its figures are the same', () => {
    const slow = siteWith(40, serial);
    const accepted = siteWith(40, `${serial}\n    acceptSlow: true`);
    expect([overloadIn(slow) !== undefined, overloadIn(accepted)]).toEqual([true, undefined]);
    expect(loadIn(accepted).units.map((unit) => unit.late)).toEqual(loadIn(slow).units.map((unit) => unit.late));
  });
});

describe('a change of devices', () => {
  const site = siteWith(40, serial);
  const [bus] = site.buses;
  const change = (before: number, after: number): string | undefined =>
    bus && newOverload(bus, site.devices.slice(0, before), site.devices.slice(0, after));

  it.each<[what: string, before: number, after: number, isRefused: boolean]>([
    ['that the line can carry is fine', 10, 11, false],
    ['that it cannot carry is refused', 31, 32, true],
    ['that makes it worse is refused, too', 35, 36, true],
    ['that takes load off is welcome, though it is still too much', 40, 39, false],
  ])('%s', (_, before, after, isRefused) => {
    expect(change(before, after) !== undefined).toBe(isRefused);
  });
});

describe('the warning of a gateway that runs', () => {
  const nothing: Learnt = { measured: new Map(), refused: [] };
  const slowAnswers = (count: number): Learnt => ({
    measured: new Map(Array.from({ length: count }, (_, i) => [i + 1, { p50Ms: 50, p99Ms: 55 }])),
    refused: [],
  });

  it('comes once for each change of a bus that is overloaded', () => {
    const { devices, buses } = siteWith(40, serial);
    const log = recordingLog();
    const warn = buses[0] && overloadWatch(buses[0], log);
    warn?.(devices.slice(0, 10), nothing);
    expect(log.lines).toEqual([]);
    warn?.(devices, nothing);
    warn?.(devices, nothing);
    expect(log.lines).toEqual([
      { event: 'bus.slow', fields: { bus: 'line', why: expect.stringContaining('cannot keep its periods') } },
    ]);
    warn?.(devices.slice(0, 39), nothing);
    expect(log.lines).toHaveLength(2);
  });

  it('comes when answers are slower than was assumed, and again when they were faster meanwhile', () => {
    const { devices, buses } = siteWith(20, serial);
    const log = recordingLog();
    const warn = buses[0] && overloadWatch(buses[0], log);
    warn?.(devices, nothing);
    expect(log.lines).toEqual([]);
    for (const learnt of [slowAnswers(20), slowAnswers(20), nothing, slowAnswers(20)]) warn?.(devices, learnt);
    expect(log.lines).toHaveLength(2);
    expect(log.lines[0]?.fields['why']).toContain('(in use 144 %)');
  });
});

describe('how late units are read, in words', () => {
  it('stands once for units of the same figures, and apart for others', () => {
    const devices = [hydrant('a', 1), hydrant('b', 2, ', pollMs: 2000'), hydrant('c', 3)];
    const mixed = siteOf(
      `${head}buses: [{ id: line, ${serial}, devices: [${devices.map((d) => `{ ${d} }`).join(', ')}] }]`,
    );
    expect(howLate(loadIn(mixed)).map((alike) => [alike.units, alike.devices])).toEqual([
      [
        [1, 3],
        ['a', 'c'],
      ],
      [[2], ['b']],
    ]);
  });

  it('does not speak of others where there are none', () => {
    expect(howLate(loadIn(siteWith(1, serial)))[0]?.said).toBe('read every 1 s, up to 0.04 s late while all answer');
  });

  it('says so where there is no bound', () => {
    const load = loadIn(siteWith(2, serial));
    const units = load.units.map((unit) => ({ ...unit, late: undefined }));
    expect(howLate({ ...load, units })[0]?.said).toContain('late without limit while all answer');
  });

  it.each([
    [[], ''],
    [[1, 2, 3], '1, 2, 3'],
    [[1, 2, 3, 4], '1, 2, 3 … +1'],
  ])('%j in short', (all, text) => {
    expect(few(all)).toBe(text);
  });
});
