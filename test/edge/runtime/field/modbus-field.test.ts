import { describe, expect, it } from 'vitest';
import { ticker } from '../../../../edge/bus/poll/ticker.ts';
import type { Block } from '../../../../edge/bus/reading.ts';
import type { SiteDevice } from '../../../../edge/runtime/config/site.ts';
import { modbusField } from '../../../../edge/runtime/field/modbus-field.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { PointValue } from '../../../../sdk/model/point.ts';
import type { ProfileSpec } from '../../../../sdk/model/profile.ts';
import { type Answer, fakeBus, silent } from '../../../support/fake-bus.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { cost, device, number, profile } from './devices.ts';

type Told = { readonly at: number; readonly device: string; readonly values: Record<string, PointValue> };

function start(devices: readonly SiteDevice[], { confirm = false } = {}) {
  const clock = fakeClock();
  const bus = fakeBus(clock);
  const told: Told[] = [];
  const problems: (string | undefined)[] = [];
  const log = recordingLog();
  const field = modbusField(bus, {
    clock,
    ticker: ticker(clock),
    log,
    confirm,
    cost,
    listener: {
      values: ({ id }, values) => told.push({ at: clock.mono(), device: id, values: Object.fromEntries(values) }),
      problem: (why) => problems.push(why),
    },
  });
  field.replace(devices);
  const stopping = new AbortController();
  const done = field.run(stopping.signal);
  return {
    clock,
    bus,
    field,
    told,
    problems,
    events: log.lines,
    /** The last value of each point of a device. */
    values: (id: string) => Object.assign({}, ...told.filter((t) => t.device === id).map((t) => t.values)),
    async stop() {
      stopping.abort(new Error('the test ends'));
      await done;
    },
  };
}
const good = (value: number) => expect.objectContaining({ quality: 'good', value });
const lost = (why: string) => expect.objectContaining({ quality: 'lost', why });
/** Refused with an exception. */
const refusal = (exception: number): Answer => ({
  after: 10,
  fail: new FengsuiError('BUS_EXCEPTION', 'refused', { details: { exception } }),
});
/** Every register holds its address; what overlaps `refused` is refused. */
const addresses =
  (...refused: readonly number[]) =>
  ({ address, count }: Block): Answer =>
    refused.some((at) => at >= address && at < address + count)
      ? refusal(2)
      : { after: 10, words: Array.from({ length: count }, (_, i) => address + i) };
const apart = profile({ a: number(0), b: number(500) });

describe('what is told', () => {
  it('each answer at once: the points whose words it holds, one call a device', async () => {
    const f = start([device('d', 1, apart)]);
    f.bus.units.set(1, addresses());
    await f.clock.advance(100);
    expect(f.told).toEqual([
      { at: 10, device: 'd', values: { a: good(0) } },
      { at: 20, device: 'd', values: { b: good(500) } },
    ]);
  });

  it('the slots of one receiver by one answer, each device by itself', async () => {
    const slots = [0, 1, 2].map((n) => device(`slot-${n}`, 1, profile({ status: number(n) })));
    const f = start(slots);
    f.bus.units.set(1, addresses());
    await f.clock.advance(15);
    expect(f.bus.asked).toHaveLength(1);
    expect(f.told.map(({ device: id, values }) => [id, values['status']])).toEqual([
      ['slot-0', good(0)],
      ['slot-1', good(1)],
      ['slot-2', good(2)],
    ]);
  });

  it('a value whose decimal places were not read yet waits for them', async () => {
    const f = start([device('d', 1, profile({ a: { ...number(0), decimals: 500 } }))]);
    f.bus.units.set(1, ({ address }) => ({ after: 10, words: [address === 500 ? 1 : 421] }));
    await f.clock.advance(1_500);
    expect(f.told[0]?.values).toEqual({ a: good(42.1) });
  });

  it('nor is it made of decimal places from before a silence', async () => {
    const f = start([device('d', 1, profile({ a: { ...number(0), decimals: 500 } }))]);
    f.bus.units.set(1, ({ address }) => ({ after: 10, words: [address === 500 ? 1 : 421] }));
    await f.clock.advance(5_000);
    f.bus.units.set(1, silent);
    await f.clock.advance(30_000);
    expect(f.values('d')).toEqual({ a: lost('timeout') });
    f.bus.units.set(1, ({ address }) => ({ after: 10, words: [address === 500 ? 2 : 421] }));
    const before = f.told.length;
    await f.clock.advance(20_000);
    const since = f.told.slice(before).map(({ values }) => values['a']);
    expect(since.filter((value) => value?.quality === 'good').length).toBeGreaterThan(5);
    for (const value of since) expect([good(4.21), lost('timeout')]).toContainEqual(value);
  });

  it('a unit that is silent: all points of all its devices', async () => {
    const f = start([device('d', 1, apart), device('e', 1, profile({ c: number(9) }))]);
    f.bus.units.set(1, silent);
    await f.clock.advance(1_100);
    expect(f.values('d')).toEqual({ a: lost('timeout'), b: lost('timeout') });
    expect(f.values('e')).toEqual({ c: lost('timeout') });
  });

  it('after other devices were given, the rest goes on without a gap', async () => {
    const f = start([device('d', 1, apart)]);
    f.bus.units.set(1, addresses());
    await f.clock.advance(5_000);
    f.field.replace([device('d', 1, apart), device('e', 2, apart)]);
    await f.clock.advance(5_000);
    const times = f.told.filter((t) => t.device === 'd' && t.values['a']).map((t) => t.at);
    const gaps = times.slice(2).map((t, i) => t - (times[i + 1] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1_050);
    expect(f.values('e')).toEqual({ a: good(0), b: good(0) });
    f.field.replace([device('e', 2, apart)]);
    const before = f.told.filter((t) => t.device === 'd').length;
    await f.clock.advance(5_000);
    expect(f.told.filter((t) => t.device === 'd').length).toBe(before);
  });
});

describe('registers on the way that the unit refuses', () => {
  const bridged = profile({ a: number(0), b: number(4), c: number(500) });

  it('are left out from the second refusal on, and the points are read', async () => {
    const f = start([device('d', 1, bridged)]);
    f.bus.units.set(1, addresses(2));
    await f.clock.advance(50);
    expect(f.values('d')).toMatchObject({ a: lost('refused'), b: lost('refused'), c: good(500) });
    await f.clock.advance(2_000);
    expect(f.values('d')).toEqual({ a: good(0), b: good(4), c: good(500) });
    const before = f.bus.asked.length;
    await f.clock.advance(5_000);
    const spans = f.bus.asked.slice(before).map(({ address, count }) => `${address}+${count}`);
    expect(new Set(spans)).toEqual(new Set(['0+1', '4+1', '500+1']));
    expect(f.events.filter(({ event }) => event === 'plan.hole-refused')).toHaveLength(1);
    expect(f.field.quality()?.units).toEqual([expect.objectContaining({ unit: 1, state: 'answering' })]);
  });

  it.each([4, 5, 6])(
    'exception %i is not for the registers: the plan stays, however often it comes',
    async (exception) => {
      const f = start([device('d', 1, bridged)]);
      f.bus.units.set(1, () => refusal(exception));
      await f.clock.advance(5_000);
      f.bus.units.set(1, addresses());
      await f.clock.advance(5_000);
      expect(f.values('d')).toEqual({ a: good(0), b: good(4), c: good(500) });
      expect(f.bus.asked.filter(({ count }) => count === 1 || count === 5)).toHaveLength(f.bus.asked.length);
    },
  );

  it('are asked for again once the unit is of another profile', async () => {
    const f = start([device('d', 1, bridged)]);
    f.bus.units.set(1, addresses(2));
    await f.clock.advance(3_000);
    const before = f.bus.asked.length;
    f.field.replace([device('d', 1, { ...bridged, id: 'test/newer' })]);
    await f.clock.advance(1_100);
    expect(f.bus.asked.slice(before)).toContainEqual(expect.objectContaining({ address: 0, count: 5 }));
  });

  it('a device that is busy for once keeps its plan', async () => {
    const f = start([device('d', 1, bridged)]);
    const busy: Answer[] = [refusal(2)];
    f.bus.units.set(1, (block) => busy.pop() ?? addresses()(block));
    await f.clock.advance(5_000);
    expect(f.values('d')).toEqual({ a: good(0), b: good(4), c: good(500) });
    expect(f.bus.asked.filter(({ count }) => count === 1 || count === 5)).toHaveLength(f.bus.asked.length);
    expect(f.events.filter(({ event }) => event === 'plan.hole-refused')).toEqual([]);
  });

  it('a block of which everything is wanted is no hole: it stays as it is, and is told as refused', async () => {
    const f = start([device('d', 1, profile({ a: number(0), b: number(1) }))]);
    f.bus.units.set(1, addresses(1));
    await f.clock.advance(5_000);
    expect(f.values('d')).toEqual({ a: lost('refused'), b: lost('refused') });
    expect(new Set(f.bus.asked.map(({ count }) => count))).toEqual(new Set([2]));
    expect(f.field.quality()?.units).toEqual([expect.objectContaining({ unit: 1, state: 'refusing' })]);
  });

  it('are remembered for the other devices of the unit, and forgotten with the unit', async () => {
    const f = start([device('d', 1, bridged)]);
    f.bus.units.set(1, addresses(2));
    await f.clock.advance(3_000);
    f.field.replace([device('d', 1, bridged), device('e', 1, profile({ x: number(7) }))]);
    const before = f.bus.asked.length;
    await f.clock.advance(2_000);
    expect(f.bus.asked.slice(before).filter(({ address, count }) => address <= 2 && address + count > 2)).toEqual([]);
    const again = f.bus.asked.length;
    f.field.replace([]);
    f.field.replace([device('d', 1, bridged)]);
    await f.clock.advance(50);
    expect(f.bus.asked.slice(again)).toContainEqual(expect.objectContaining({ address: 0, count: 5 }));
  });
});

describe('somebody else at the address', () => {
  const identified: ProfileSpec = {
    ...apart,
    identification: { certain: [{ from: 'holding', at: 900, words: [42] }] },
  };

  it('is told as another device, and once in the log with what was expected', async () => {
    const f = start([device('d', 3, identified)]);
    f.bus.units.set(3, addresses());
    await f.clock.advance(60_000);
    expect(f.values('d')).toEqual({ a: lost('other-device'), b: lost('other-device') });
    expect(f.events.filter(({ event }) => event === 'unit.other-device')).toEqual([
      expect.objectContaining({
        fields: {
          unit: 3,
          why: 'unit 3: test/device holds 42 from holding 900 on, but there stands 900',
        },
      }),
    ]);
    expect(f.field.quality()?.units).toEqual([expect.objectContaining({ unit: 3, state: 'other-device' })]);
  });
});

describe('a bus that is down', () => {
  it('is told once, and once when it is back', async () => {
    const f = start([device('d', 1, apart), device('e', 2, apart)]);
    for (const unit of [1, 2]) f.bus.units.set(unit, () => ({ after: 1, fail: 'BUS_DOWN' }));
    await f.clock.advance(30_000);
    expect(f.problems).toEqual(['the bus cannot be reached']);
    expect(f.values('d')).toEqual({ a: lost('bus-down'), b: lost('bus-down') });
    for (const unit of [1, 2]) f.bus.units.set(unit, addresses());
    await f.clock.advance(2_000);
    expect(f.problems).toEqual(['the bus cannot be reached', undefined]);
  });
});

describe('write', () => {
  it('goes to the coil by its address', async () => {
    const relay = device('r', 5, profile({ out: { from: 'coil', at: 3, as: 'bool', writable: true } }));
    const f = start([relay]);
    await f.field.write(relay, 'out', true, new AbortController().signal);
    expect(f.bus.written).toEqual([{ unit: 5, table: 'coil', address: 3, value: true }]);
  });

  it('of a pulse goes to the coil that takes its length, in whole steps, and to no coil without', async () => {
    const out = { from: 'coil', at: 3, as: 'bool', writable: true } as const;
    const flash = { ...out, pulse: { at: 0x203, stepMs: 100, mostSteps: 50 } };
    const relay = device('r', 5, profile({ out: flash }));
    const f = start([relay]);
    const { signal } = new AbortController();
    for (const pulseMs of [1_000, 1, 60_000]) await f.field.write(relay, 'out', { pulseMs }, signal);
    expect(f.bus.written.map(({ address, value }) => [address, value])).toEqual([
      [0x203, 10],
      [0x203, 1],
      [0x203, 50],
    ]);
    await expect(f.field.write(device('r', 5, profile({ out })), 'out', { pulseMs: 1 }, signal)).rejects.toThrow(
      'coil “out” of “r” has no pulse of its own',
    );
  });

  it('refuses what is no coil of the device', async () => {
    const f = start([device('d', 1, apart)]);
    const signal = new AbortController().signal;
    await expect(f.field.write(device('d', 1, apart), 'a', true, signal)).rejects.toThrow('“d” has no coil “a”');
    await expect(f.field.write(device('d', 1, apart), 'x', true, signal)).rejects.toThrow('“d” has no coil “x”');
  });
});
