import { describe, expect, it } from 'vitest';
import { poller } from '../../../../edge/bus/poll/poller.ts';
import { ticker } from '../../../../edge/bus/poll/ticker.ts';
import type { ErrorCode } from '../../../../sdk/model/errors.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { UnitState } from '../../../../sdk/model/link-quality.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { lineBench, timing } from '../../../support/bus-under-test.ts';
import type { Answer } from '../../../support/fake-bus.ts';
import { says, silent } from '../../../support/fake-bus.ts';
import { registers, rtu } from '../../../support/scripted-slave.ts';
import { down, gaps, pollUnit, read, script, startPolling } from './polling.ts';

describe('a unit that does not answer', () => {
  it('costs one time-out a turn, and all its reads are told as lost', async () => {
    const p = startPolling([pollUnit(1, { reads: 3 })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(1_500);
    expect(p.bus.asked.filter(({ at }) => at < 1_000)).toHaveLength(1);
    expect(p.delivered.map(({ address, answer }) => [address, answer.ok || answer.why])).toEqual([
      [0, 'timeout'],
      [100, 'timeout'],
      [200, 'timeout'],
    ]);
  });

  it('is asked again with its next turn, then less and less often, but never less than the probe', async () => {
    const p = startPolling([pollUnit(1, { probe: 15_000 })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(200_000);
    const [first = 0, ...rest] = gaps(p.askedAt(1));
    expect(first).toBeGreaterThanOrEqual(1_000);
    expect(first).toBeLessThan(2_000);
    expect(rest.slice(0, 4)).toEqual([2 * first, 4 * first, 8 * first, 15_000]);
    expect(new Set(rest.slice(3))).toEqual(new Set([15_000]));
  });

  it('is never asked more often than its period, even if the probe is shorter', async () => {
    const p = startPolling([pollUnit(1, { every: 5_000, probe: 2_500 })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(60_000);
    expect(Math.min(...gaps(p.askedAt(1).slice(1)))).toBeGreaterThanOrEqual(5_000);
  });

  it('is told as lost with every probe, so that its silence can be judged', async () => {
    const p = startPolling([pollUnit(1, { reads: 2, probe: 3_000 })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(60_500);
    expect(p.delivered).toHaveLength(2 * p.bus.asked.filter(({ at }) => at <= 59_500).length);
    expect(p.polls.states().get(1)).toBe('silent');
  });

  it.each<[ErrorCode | Error, string, UnitState]>([
    ['BUS_TIMEOUT', 'timeout', 'silent'],
    ['BUS_CRC', 'bad-crc', 'garbled'],
    ['BUS_REPLY', 'bad-reply', 'garbled'],
    ['BUS_EXCEPTION', 'refused', 'refusing'],
    ['BUS_DOWN', 'bus-down', 'unknown'],
    [new FengsuiError('BUS_EXCEPTION', 'busy', { details: { exception: 6 } }), 'refused', 'refusing'],
    [new FengsuiError('BUS_EXCEPTION', 'no path', { details: { exception: 10 } }), 'timeout', 'silent'],
    [new FengsuiError('BUS_EXCEPTION', 'no answer', { details: { exception: 11 } }), 'timeout', 'silent'],
  ])('%s is told as “%s”, and the unit is %s', async (fail, why, state) => {
    const p = startPolling([pollUnit(1)]);
    expect(p.polls.states().get(1)).toBe('unknown');
    p.bus.units.set(1, () => ({ after: 5, fail }));
    await p.clock.advance(10);
    expect(p.last(1)).toMatchObject({ ok: false, why, at: 5 });
    expect(p.polls.states().get(1)).toBe(state);
  });

  it('is noticed within one probe when it returns, and everything is read at once', async () => {
    const p = startPolling([pollUnit(1, { reads: [read(1, 0), read(1, 100, { every: 60_000 })] })]);
    p.bus.units.set(1, silent);
    await p.clock.advance(95_000);
    p.bus.units.set(1, says(7, 7));
    await p.clock.advance(15_020);
    expect(p.last(1)).toMatchObject({ ok: true, words: [7, 7] });
    expect(p.last(1, 100)).toMatchObject({ ok: true, words: [7, 7] });
    expect((p.askedAt(1, 100).at(-1) ?? 0) - (p.askedAt(1).find((t) => t >= 95_000) ?? 0)).toBe(10);
    const back = p.askedAt(1).length;
    await p.clock.advance(10_000);
    expect(p.askedAt(1).length - back).toBe(10);
  });

  it('is asked as supervision, and no longer as what is wanted of it', async () => {
    const p = startPolling([pollUnit(1, { reads: [read(1, 0, { urgency: 'alarm' })] })]);
    p.bus.units.set(1, script(silent()));
    await p.clock.advance(4_000);
    expect(p.bus.asked.map(({ urgency }) => urgency).slice(0, 3)).toEqual(['alarm', 'supervision', 'alarm']);
  });
});

describe('the neighbours of dead units', () => {
  const ten = Array.from({ length: 10 }, (_, i) => i + 1);

  it('keep their grid with one of ten dead: they wait for one probe at most', async () => {
    const p = startPolling(ten.map((unit) => pollUnit(unit, { probe: 9_000 })));
    p.bus.units.set(4, () => ({ after: 400, fail: 'BUS_TIMEOUT' }));
    await p.clock.advance(120_000);
    for (const unit of ten.filter((each) => each !== 4)) {
      const times = p.askedAt(unit).filter((t) => t >= 10_000);
      const onGrid = times.map((t, i) => t - i * 1_000);
      expect(times.length).toBeGreaterThanOrEqual(109);
      // Late by one probe, and by the nine requests that waited for it too.
      expect(Math.max(...onGrid) - Math.min(...onGrid)).toBeLessThanOrEqual(400 + 9 * 10);
    }
    expect(Math.max(...gaps(p.askedAt(4)))).toBeLessThanOrEqual(9_100);
  });

  it('have their turn after each probe, however many are dead', async () => {
    const p = startPolling([
      pollUnit(1, { every: 500 }),
      ...ten.slice(1).map((unit) => pollUnit(unit, { probe: 2_000 })),
    ]);
    for (const unit of ten.slice(1)) p.bus.units.set(unit, silent);
    await p.clock.advance(120_000);
    const live = p.bus.asked.map(({ unit }) => unit === 1);
    const twoProbes = live.findIndex((isLive, i) => i > 20 && !isLive && live[i - 1] === false);
    expect(twoProbes).toBe(-1);
    expect(Math.max(...gaps(p.askedAt(1)))).toBeLessThanOrEqual(1_010);
  });

  it('a unit that comes and goes costs no more than its probes', async () => {
    const p = startPolling([pollUnit(1), pollUnit(2)]);
    let count = 0;
    p.bus.units.set(1, () => (count++ % 2 === 0 ? silent() : { after: 10, words: [1, 1] }));
    await p.clock.advance(60_000);
    expect(p.askedAt(2).length).toBeGreaterThanOrEqual(40);
    expect(Math.max(...gaps(p.askedAt(2)))).toBeLessThanOrEqual(2_010);
  });
});

describe('a unit that the bus leaves alone for a while', () => {
  it('is passed over, and asked as soon as it may be; its neighbours keep their period', async () => {
    const p = startPolling([pollUnit(1, { reads: [read(1, 0, { urgency: 'alarm' })] }), pollUnit(2)]);
    await p.clock.advance(500);
    p.bus.barred.set(1, 60_000);
    await p.clock.advance(60_500);
    expect(p.askedAt(1).slice(0, 2)).toEqual([0, 60_000]);
    expect(p.askedAt(2).length).toBeGreaterThanOrEqual(61);
    expect(new Set(gaps(p.askedAt(2).slice(1, -1)))).toEqual(new Set([1_000]));
  });

  it('on a real line with a time-out of a minute: the line is its neighbours’ all that time', async () => {
    const { bus, clock, line } = lineBench({ ...timing, timeout: millis(60_000) });
    let isDead = false;
    line.answer((frame) =>
      isDead && frame.readUInt8(0) === 1 ? [] : [[25, rtu(...registers(frame.readUInt8(0), 3, 5, 5))]],
    );
    const polls = poller(bus, { clock, ticker: ticker(clock), confirm: true, deliver: () => {} });
    polls.replace([pollUnit(1), pollUnit(2)]);
    void polls.run(new AbortController().signal);
    await clock.advance(20_000);
    isDead = true;
    const from = line.written.length;
    await clock.advance(59_000);
    const asked = line.written.slice(from).map(({ frame }) => frame.readUInt8(0));
    expect(asked.filter((unit) => unit === 1)).toHaveLength(1);
    expect(asked.filter((unit) => unit === 2).length).toBeGreaterThanOrEqual(58);
  });
});

describe('a bus that is down', () => {
  it('is no unit’s fault: every unit keeps its period, and nothing is asked in between', async () => {
    const p = startPolling([pollUnit(1, { reads: 3 }), pollUnit(2)]);
    for (const unit of [1, 2]) p.bus.units.set(unit, down);
    await p.clock.advance(60_500);
    for (const unit of [1, 2]) expect(p.askedAt(unit).length).toBeGreaterThanOrEqual(60);
    expect(p.bus.asked.length).toBeLessThanOrEqual(2 * 62);
  });

  it('that fails without a moment’s delay is asked no more often', async () => {
    const p = startPolling([pollUnit(1), pollUnit(2)]);
    for (const unit of [1, 2]) p.bus.units.set(unit, (): Answer => ({ after: 0, fail: 'BUS_DOWN' }));
    await p.clock.advance(10_500);
    expect(p.bus.asked.length).toBeLessThanOrEqual(2 * 12);
  });

  it('has everything read as soon as one unit answers again', async () => {
    const units = [pollUnit(1), pollUnit(2, { every: 30_000 }), pollUnit(3, { every: 30_000, reads: 2 })];
    const p = startPolling(units);
    for (const unit of [1, 2, 3]) p.bus.units.set(unit, down);
    await p.clock.advance(65_000);
    for (const unit of [1, 2, 3]) p.bus.units.set(unit, says(1, 1));
    await p.clock.advance(1_100);
    for (const [unit, address] of [
      [1, 0],
      [2, 0],
      [3, 0],
      [3, 100],
    ] as const)
      expect(p.last(unit, address)).toMatchObject({ ok: true });
    expect([...p.polls.states().values()]).toEqual(['answering', 'answering', 'answering']);
  });

  it('leaves the back-off of a unit that was silent before as it is', async () => {
    const p = startPolling([pollUnit(1)]);
    p.bus.units.set(1, silent);
    await p.clock.advance(60_000);
    p.bus.units.set(1, down);
    await p.clock.advance(60_000);
    expect(p.askedAt(1).filter((t) => t > 60_000).length).toBeLessThanOrEqual(5);
  });
});
