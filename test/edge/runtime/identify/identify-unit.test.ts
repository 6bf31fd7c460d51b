import { describe, expect, it } from 'vitest';
import { identifyUnit } from '../../../../edge/runtime/identify/identify-unit.ts';
import { liveValue } from '../../../../edge/runtime/identify/live-value.ts';
import type { Identification, NumberPoint, ProfileSpec } from '../../../../sdk/model/profile.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { fakeLine, inFakeTime, registers, type Slave } from '../../bus/scan/fake-line.ts';

const never = new AbortController().signal;
const number: NumberPoint = { from: 'holding', at: 4, as: 'i16', unit: 'MPa', resolution: 0.001, range: [-0.1, 6] };
const profile = (name: string, points: ProfileSpec['points'], identification?: Identification): ProfileSpec => ({
  id: `test/${name}`,
  name: { en: name, zh: name },
  source: 'made up for this test',
  points,
  settings: { step: { default: 0.001, min: 0, max: 1, help: '' } },
  pollMs: 1_000,
  silenceMs: 10_000,
  ...(identification && { identification }),
});
const certain = profile('certain', {}, { certain: [{ from: 'holding', at: 0, words: [3, 16] }] });
const likely = profile('likely', {}, { plausible: [{ from: 'holding', at: 3, words: [{ min: 0, max: 4 }] }] });

function busOf(slave: Slave) {
  const clock = fakeClock();
  const line = fakeLine(clock, { 'h:1 7': slave });
  const bus = line.open(
    { kind: 'tcp', host: 'h', port: 1 },
    { timeout: millis(200), quiet: millis(60), reconnect: millis(1_000) },
  );
  return { bus, line, inTime: <T>(work: Promise<T>): Promise<T> => inFakeTime(clock, work) };
}

describe('asking a unit who it is', () => {
  it('ends with the identity registers where they tell', async () => {
    const { bus, line, inTime } = busOf(registers(3, 16, 0, 2));
    const found = await inTime(identifyUnit(bus, 7, [likely, certain], never));
    expect(found).toMatchObject([{ profile: { id: 'test/certain' }, by: 'register' }]);
    expect(line.asked).toHaveLength(1);
  });

  it('goes on to what is plausible where they do not, and reads each register block once', async () => {
    const { bus, line, inTime } = busOf(registers(9, 16, 0, 2));
    const twice = profile('twice', {}, likely.identification);
    const found = await inTime(identifyUnit(bus, 7, [likely, twice, certain], never));
    expect(found.map(({ by }) => by)).toEqual(['plausible', 'plausible']);
    expect(line.asked.map(({ address, count }) => [address, count])).toEqual([
      [0, 2],
      [3, 1],
    ]);
  });
});

describe('a live value', () => {
  it('is the first number of the profile, scaled by its settings and its decimals register', async () => {
    const points = {
      on: { from: 'coil', at: 0, as: 'bool' },
      pressure: { ...number, decimals: 3, scale: 'step' },
    } as const;
    const { bus, inTime } = busOf(registers(7, 3, 9, 1, 4210));
    const live = await inTime(liveValue(bus, profile('dial', points), 7, never));
    expect(live).toMatchObject({ point: 'pressure', value: { quality: 'good', value: 0.421 } });
  });

  it.each<[why: string, points: ProfileSpec['points'], slave: Slave]>([
    ['the profile has no number', { on: { from: 'coil', at: 0, as: 'bool' } }, registers(1)],
    ['its register is refused', { pressure: number }, registers(1, 2)],
    ['its decimals register is refused', { pressure: { ...number, at: 0, decimals: 9 } }, registers(1)],
  ])('is not there where %s', async (_why, points, slave) => {
    const { bus, inTime } = busOf(slave);
    expect(await inTime(liveValue(bus, profile('dial', points), 7, never))).toBeUndefined();
  });
});
