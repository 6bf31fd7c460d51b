import { describe, expect, it } from 'vitest';
import { millis } from '../../../../sdk/model/time.ts';
import { failure, holding, lineBench, never, timing } from '../../../support/bus-under-test.ts';
import { settled } from '../../../support/settled.ts';
import { character, oneRegister, request, slave } from './line-slave.ts';

const damaged = (frame: Buffer): [number, Buffer][] => {
  const [[after, answer]] = slave(5)(frame) as [[number, Buffer]];
  answer.writeUInt8(answer.readUInt8(4) ^ 4, 4);
  return [[after, answer]];
};

describe('a serial line at 9,600 baud', () => {
  it('is asked again 3.5 characters after the answer, and no later', async () => {
    const { bus, clock, line } = lineBench();
    line.answer(slave(5));
    const reads = Promise.all([1, 2, 3].map((address) => bus.read(holding(address), never)));
    await clock.advance(1_000);
    expect(await reads).toEqual([[1], [2], [3]]);
    const [first, second, third] = line.written.map(({ at }) => at) as [number, number, number];
    const cycle = request + 5 + oneRegister + 3.5 * character;
    expect(second - first).toBeCloseTo(cycle, 2);
    expect(third - second).toBeCloseTo(cycle, 2);
  });

  it('waits for request, limit and answer; a unit that is known is given up sooner, and at once asked about others', async () => {
    const { bus, clock, line } = lineBench({ ...timing, quiet: millis(20) });
    const first = failure(bus.read(holding(1), never));
    await clock.advance(request + timing.timeout + oneRegister - 0.01);
    line.answer(slave(5));
    await settled();
    expect(bus.quality().timeouts).toBe(0);
    await clock.advance(1_000);
    expect((await first).message).toContain('no answer within 200 ms');
    for (let i = 0; i < 8; i++) {
      void bus.read(holding(i), never);
      await clock.advance(100);
    }
    line.answer(() => []);
    const silent = failure(bus.read(holding(1), never));
    await clock.advance(request + 50 + oneRegister + 0.1);
    expect((await silent).message).toContain('no answer within 50 ms');
    const [same, other] = [bus.read(holding(1), never), bus.read(holding(2, 2), never, 'alarm')];
    line.answer(slave(5));
    const from = line.written.length;
    await clock.advance(1_000);
    expect(await Promise.all([same, other])).toEqual([[1], [2]]);
    const [toOther, toSame] = line.written.slice(from) as [(typeof line.written)[0], (typeof line.written)[0]];
    const asked = line.written[from - 1]?.at ?? 0;
    expect([toOther.frame.readUInt8(0), toSame.frame.readUInt8(0)]).toEqual([2, 1]);
    expect(toOther.at - asked).toBeLessThan(request + 50 + oneRegister + 25);
    expect(toSame.at - asked).toBeGreaterThanOrEqual(request + timing.timeout + oneRegister - 0.01);
  });

  it('a unit that is left alone is passed over, even for what is less urgent', async () => {
    const { bus, clock, line } = lineBench({ ...timing, timeout: millis(60_000), quiet: millis(20) });
    line.answer((frame) => (frame.readUInt8(0) === 1 && line.written.length > 8 ? [] : slave(5)(frame)));
    for (let i = 0; i < 8; i++) {
      void bus.read(holding(i), never);
      await clock.advance(100);
    }
    void failure(bus.read(holding(1), never));
    await clock.advance(1_000);
    expect(bus.barredUntil(1)).toBeGreaterThan(clock.mono() + 50_000);
    expect(bus.barredUntil(2)).toBeUndefined();
    void failure(bus.read(holding(1), never, 'alarm'));
    const others = Promise.all([1, 2, 3].map((address) => bus.read(holding(address, 2), never, 'scan')));
    await clock.advance(500);
    expect(await others).toEqual([[1], [2], [3]]);
  });

  it('a late answer is counted as such, widens the limit, and answers nothing', async () => {
    const { bus, clock, line } = lineBench({ ...timing, timeout: millis(500) });
    line.answer(slave(5));
    for (let i = 0; i < 8; i++) {
      void bus.read(holding(i), never);
      await clock.advance(100);
    }
    line.answer(slave(120));
    const late = failure(bus.read(holding(100), never));
    const next = bus.read(holding(200), never);
    await clock.advance(2_000);
    expect(await late).toMatchObject({ code: 'BUS_TIMEOUT' });
    expect(await next).toEqual([200]);
    expect(bus.quality()).toMatchObject({ late: 1, foreign: 0, timeouts: 1, answers: 9 });
  });

  it('tells turnaround, counts and the share of time in use', async () => {
    const { bus, clock, line } = lineBench();
    line.answer(slave(5));
    for (let i = 0; i < 10; i++) {
      void bus.read(holding(i), never);
      await clock.advance(100);
    }
    const quality = bus.quality();
    const inUse = request + 5 + oneRegister + 3.5 * character;
    expect(quality.utilisation).toBeCloseTo(inUse / 100, 2);
    expect(quality).toMatchObject({ requests: 10, answers: 10, turnaround: { p50Ms: 5, p99Ms: 5 } });
    expect(quality.units).toMatchObject([{ unit: 1, state: 'unknown', requests: 10, turnaround: { p50Ms: 5 } }]);
  });

  it('counts how often it was opened', async () => {
    const { bus, clock, line } = lineBench();
    line.answer(slave(5));
    expect(bus.opened()).toBe(0);
    for (const opened of [1, 2]) {
      const read = bus.read(holding(1), never);
      await clock.advance(timing.reconnect);
      await read;
      expect(bus.opened()).toBe(opened);
      line.lose();
    }
  });

  it('serves commands first, then alarms, supervision, telemetry and scans, each in the order asked', async () => {
    const { bus, clock, line } = lineBench();
    line.answer((frame) => (frame.readUInt8(1) === 6 ? [[20, frame]] : slave(5)(frame)));
    void bus.read(holding(0), never);
    await settled();
    const urgencies = ['scan', 'telemetry', 'alarm', 'supervision', 'alarm', 'command'] as const;
    for (const [i, urgency] of urgencies.entries()) void bus.read(holding(i + 1), never, urgency);
    void bus.write({ unit: 1, table: 'holding', address: 7, value: 1 }, never);
    void bus.read(holding(8), never);
    await clock.advance(2_000);
    expect(line.written.map(({ frame }) => frame.readUInt16BE(2))).toEqual([0, 6, 7, 3, 5, 4, 2, 8, 1]);
  });
});

describe('a damaged answer on a serial line', () => {
  const usual = async () => {
    const parts = lineBench();
    parts.line.answer(slave(5));
    void parts.bus.read(holding(1), never);
    await parts.clock.advance(1_000);
    return parts;
  };
  /** The first answer as given, those after it as they should be. */
  const once = (first: ReturnType<typeof slave>): ReturnType<typeof slave> => {
    let asked = 0;
    return (frame) => (asked++ === 0 ? first : slave(5))(frame);
  };

  it('of a unit that answers is asked for once more, after the quiet time and before what waits', async () => {
    const { bus, clock, line } = await usual();
    line.answer(once(damaged));
    const reads = [bus.read(holding(7), never), bus.read(holding(8), never)];
    await clock.advance(1_000);
    expect(await Promise.all(reads)).toEqual([[7], [8]]);
    expect(bus.quality()).toMatchObject({ requests: 4, answers: 3, crcErrors: 1 });
    const [broken, again] = line.written.slice(1, 3) as [(typeof line.written)[0], (typeof line.written)[0]];
    expect(again.frame).toEqual(broken.frame);
    expect(again.at - broken.at).toBeGreaterThan(request + 5 + oneRegister + timing.quiet);
  });

  it('that is damaged twice is an error', async () => {
    const { bus, clock, line } = await usual();
    line.answer(damaged);
    const read = failure(bus.read(holding(7), never));
    await clock.advance(2_000);
    expect(await read).toMatchObject({ code: 'BUS_CRC' });
    expect(bus.quality().requests).toBe(3);
  });

  it('of a unit that never answered, and of a write, is not asked for again', async () => {
    const { bus, clock, line } = await usual();
    line.answer(damaged);
    const stranger = failure(bus.read(holding(7, 2), never));
    await clock.advance(2_000);
    line.answer((frame) => [[20, Buffer.concat([frame.subarray(0, 7), Buffer.of(frame.readUInt8(7) ^ 1)])]]);
    const write = failure(bus.write({ unit: 1, table: 'holding', address: 7, value: 1 }, never));
    await clock.advance(2_000);
    for (const error of [await stranger, await write]) expect(error).toMatchObject({ code: 'BUS_CRC' });
    expect(bus.quality()).toMatchObject({ requests: 3, crcErrors: 2 });
  });

  it('that was cut off is not asked for again while its rest may come, and the line goes on with others', async () => {
    const { bus, clock, line } = await usual();
    line.answer((frame) => {
      const whole = slave(5)(frame);
      return frame.readUInt8(0) === 1 ? whole.map(([after, answer]) => [after, answer.subarray(0, 4)]) : whole;
    });
    const cut = failure(bus.read(holding(7), never, 'alarm'));
    const other = bus.read(holding(8, 2), never);
    await clock.advance(1_000);
    expect(await cut).toMatchObject({ code: 'BUS_CRC' });
    expect(await other).toEqual([8]);
    const [asked, next, ...more] = line.written.slice(1) as [(typeof line.written)[0], (typeof line.written)[0]];
    expect([next.frame.readUInt8(0), more]).toEqual([2, []]);
    expect(next.at - asked.at).toBeLessThan(request + timing.timeout + oneRegister + timing.quiet + 1);
  });

  it('whose reader has given up meanwhile is not asked for again', async () => {
    const { bus, clock, line } = await usual();
    line.answer(damaged);
    const abort = new AbortController();
    const read = failure(bus.read(holding(7), abort.signal));
    await settled();
    abort.abort(new Error('enough'));
    await clock.advance(2_000);
    expect(await read).toMatchObject({ code: 'BUS_CRC' });
    expect(bus.quality().requests).toBe(2);
  });

  it('a time-out is not asked for again: the schedule comes back to it', async () => {
    const { bus, clock, line } = await usual();
    line.answer(() => []);
    const read = failure(bus.read(holding(7), never));
    await clock.advance(2_000);
    expect(await read).toMatchObject({ code: 'BUS_TIMEOUT' });
    expect(bus.quality().requests).toBe(2);
  });
});
