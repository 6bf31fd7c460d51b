import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { taps } from '../../../simulators/water/village-network.ts';
import { type WaterNetwork, waterNetwork } from '../../../simulators/water/water-network.ts';

let water: WaterNetwork;
/** EPANET's warnings go here: a system that is unbalanced or unstable is no physics. */
let warnings: MockInstance;
beforeEach(async () => {
  warnings = vi.spyOn(console, 'warn');
  water = await waterNetwork();
});
afterEach(() => {
  water[Symbol.dispose]();
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockRestore();
});

const all = (): Record<string, number> => Object.fromEntries(taps.map((tap) => [tap, water.pressure(tap)]));
const drop = (before: Record<string, number>, tap: string): number => (before[tap] ?? 0) - water.pressure(tap);

describe('the network at rest', () => {
  it('gives every hydrant between 0.25 and 0.45 MPa, and the fire main what its design asks for', () => {
    for (const tap of taps) {
      expect(water.pressure(tap), tap).toBeGreaterThan(0.25);
      expect(water.pressure(tap), tap).toBeLessThan(0.45);
    }
  });

  it('stays that way through a week of days and nights, with the pump switching by the float', () => {
    const levels = new Set<number>();
    for (let hour = 0; hour < 7 * 24; hour++) {
      water.step(3_600);
      levels.add(Math.round(water.tankLevel() * 10));
      for (const tap of taps) expect(water.pressure(tap), `${tap} in hour ${hour}`).toBeGreaterThan(0.25);
    }
    expect(Math.min(...levels)).toBeGreaterThanOrEqual(23);
    expect(Math.max(...levels)).toBeLessThanOrEqual(40);
    expect(levels.size).toBeGreaterThan(5);
  });

  it('is the same every time', async () => {
    const second = await waterNetwork();
    for (const each of [water, second]) {
      each.openHydrant('hydrant-4', 15);
      each.step(7_200);
    }
    expect(all()).toEqual(Object.fromEntries(taps.map((tap) => [tap, second.pressure(tap)])));
    second[Symbol.dispose]();
  });
});

describe('a valve that was left all but shut', () => {
  it('shows nowhere while nothing flows, and takes the pressure once something does', () => {
    const before = all();
    water.setValve('branch-hydrant-8', 0.01);
    expect(all()).toEqual(before);
    water.openHydrant('hydrant-8', 10);
    expect(water.pressure('hydrant-8')).toBeLessThan(0.05);
    expect(water.flow('hydrant-8')).toBeLessThan(5);
    water.setValve('branch-hydrant-8', 1);
    expect(water.pressure('hydrant-8')).toBeGreaterThan(0.2);
  });

  it('that is none is refused', () => {
    expect(() => water.setValve('branch-hydrant-8', 0)).toThrow('0 is not an opening of a valve');
    expect(() => water.setValve('branch-9', 1)).toThrow('there is no pipe "branch-9"');
  });
});

describe('an open hydrant', () => {
  it('lowers itself most, its neighbour less and the far end least', () => {
    const before = all();
    water.openHydrant('hydrant-8', 15); // at the end beyond j12, next to hydrant-7; hydrant-1 is at the other corner
    expect(drop(before, 'hydrant-8')).toBeGreaterThan(0.05);
    expect(drop(before, 'hydrant-8')).toBeGreaterThan(drop(before, 'hydrant-7'));
    expect(drop(before, 'hydrant-7')).toBeGreaterThan(drop(before, 'hydrant-1') + 0.005);
  });

  it('gives about what was asked for, and less once a second one is open', () => {
    water.openHydrant('hydrant-4', 15);
    const alone = water.flow('hydrant-4');
    expect(alone).toBeGreaterThan(13);
    expect(alone).toBeLessThanOrEqual(15);
    water.openHydrant('hydrant-7', 20);
    expect(water.flow('hydrant-4')).toBeLessThan(alone);
  });

  it('leaves no trace once it is closed', () => {
    const before = all();
    water.openHydrant('hydrant-2', 20);
    expect(all()).not.toEqual(before);
    water.closeHydrant('hydrant-2');
    expect(all()).toEqual(before);
  });
});

describe('a burst', () => {
  it('of a branch takes its hydrant below 0.14 MPa, lowers the neighbours visibly, and hardly the far corner', () => {
    const before = all();
    water.burst('branch-hydrant-8');
    expect(water.pressure('hydrant-8')).toBeLessThan(0.14);
    for (const tap of ['hydrant-5', 'hydrant-7']) {
      expect(drop(before, tap), tap).toBeGreaterThan(0.05);
      expect(water.pressure(tap), tap).toBeGreaterThan(0.14);
    }
    expect(drop(before, 'hydrant-1')).toBeLessThan(drop(before, 'hydrant-7') / 2);
  });

  it('of a larger hole lowers more', () => {
    water.burst('main-8-12', 30);
    const small = water.pressure('hydrant-5');
    water.burst('main-8-12', 100);
    expect(water.pressure('hydrant-5')).toBeLessThan(small);
  });

  it('is over when it is mended', () => {
    const before = all();
    water.burst('main-6-7');
    water.burst('rising-main', 150);
    water.repair();
    expect(all()).toEqual(before);
  });
});

describe('a pump that has tripped', () => {
  it('leaves the village on the tank: pressure falls for hours, then the highest taps run dry, and no gauge shows less than nothing', () => {
    water.tripPump();
    const start = all();
    water.step(3 * 3_600);
    expect(drop(start, 'hydrant-1')).toBeGreaterThan(0.002);
    water.step(72 * 3_600);
    expect(water.tankLevel()).toBeCloseTo(0.1);
    expect(water.dryTaps()).toContain('hydrant-8');
    expect(water.pressure('hydrant-8')).toBe(0);
  });

  it('drains it faster with a hydrant open, and fills it again after the start', () => {
    water.tripPump();
    water.openHydrant('hydrant-1', 20);
    water.step(1_800);
    const low = water.tankLevel();
    expect(low).toBeLessThan(2.5);
    water.closeHydrant('hydrant-1');
    water.startPump();
    water.step(3_600);
    expect(water.tankLevel()).toBeGreaterThan(low);
  });
});

describe('gauges', () => {
  it('move in steps of 0.001 MPa', () => {
    for (const tap of taps) expect(water.pressure(tap) * 1_000).toBeCloseTo(Math.round(water.pressure(tap) * 1_000), 9);
  });

  it('with the same seed show the same noise, of one step at most, and hold still until time passes', async () => {
    const rows = [];
    for (const seed of [7, 7, 8]) {
      using noisy = await waterNetwork({ noiseSeed: seed });
      const first = noisy.pressure('hydrant-1');
      expect(noisy.pressure('hydrant-1')).toBe(first);
      expect(Math.abs(first - water.pressure('hydrant-1'))).toBeLessThanOrEqual(0.0021);
      rows.push(
        Array.from({ length: 50 }, () => {
          noisy.step(1);
          return noisy.pressure('hydrant-1');
        }),
      );
    }
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]).not.toEqual(rows[2]);
    expect(new Set(rows[0]).size).toBeGreaterThan(1);
  });
});

describe('what cannot be is refused in words', () => {
  it.each<[what: string, act: () => void, says: string]>([
    [
      'a hydrant that is not there',
      () => water.openHydrant('hydrant-9', 5),
      'there is no tap "hydrant-9": use one of hydrant-1',
    ],
    ['a pipe that is not there', () => water.burst('pipe-1'), 'there is no pipe "pipe-1": use one of rising-main'],
    ['no flow', () => water.openHydrant('hydrant-1', 0), '0 is not a flow in L/s: expected 0.1 to 60'],
    ['a flow that is no number', () => water.openHydrant('hydrant-1', Number.NaN), 'NaN is not a flow in L/s'],
    ['a hole wider than the pipe', () => water.burst('main-1-2', 1_000), '1000 is not a hole in mm: expected 1 to 300'],
    ['time that runs backwards', () => water.step(-1), '-1 is not a time step of seconds'],
  ])('%s', (_what, act, says) => expect(act).toThrow(says));
});
