import type { PlannedRead } from '../../../../edge/bus/plan/planned-read.ts';
import type { IdentityRead, PollUnit } from '../../../../edge/bus/poll/poll-unit.ts';
import { poller } from '../../../../edge/bus/poll/poller.ts';
import { ticker } from '../../../../edge/bus/poll/ticker.ts';
import type { Reading } from '../../../../edge/bus/reading.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { type Answer, fakeBus } from '../../../support/fake-bus.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

type ReadParts = { readonly every?: number; readonly urgency?: PlannedRead['urgency'] };

export const read = (
  unit: number,
  address = 0,
  { every = 1_000, urgency = 'telemetry' }: ReadParts = {},
): PlannedRead => ({ block: { unit, table: 'holding', address, count: 2 }, every: millis(every), urgency });

type UnitParts = {
  readonly every?: number;
  readonly probe?: number;
  /** So many at addresses 0, 100, 200 …, or these. */
  readonly reads?: number | readonly PlannedRead[];
  readonly identity?: readonly IdentityRead[];
};

export const pollUnit = (
  unit: number,
  { every = 1_000, probe = 15_000, reads = 1, identity = [] }: UnitParts = {},
): PollUnit => ({
  unit,
  probe: millis(probe),
  reads: typeof reads === 'number' ? Array.from({ length: reads }, (_, i) => read(unit, 100 * i, { every })) : reads,
  identity,
});

/** Holding register 900 has to hold `word`. */
export const mustHold = (unit: number, word: number, address = 900): IdentityRead => ({
  block: { unit, table: 'holding', address, count: 1 },
  fits: ([found]) => found === word,
  expects: `test/device holds ${word} in holding ${address}`,
});

export type Delivery = {
  readonly unit: number;
  readonly address: number;
  readonly at: number;
  readonly answer: Reading;
};

/** A poller at work on a line in fake time. */
export function startPolling(units: readonly PollUnit[], { confirm = false } = {}) {
  const clock = fakeClock();
  const bus = fakeBus(clock);
  const delivered: Delivery[] = [];
  const polls = poller(bus, {
    clock,
    ticker: ticker(clock),
    confirm,
    deliver: ({ block: { unit, address } }, answer) => delivered.push({ unit, address, at: clock.mono(), answer }),
  });
  const stopping = new AbortController();
  polls.replace(units);
  const done = polls.run(stopping.signal);
  /** When a register of a unit was asked for. */
  const askedAt = (unit: number, address = 0): readonly number[] =>
    bus.asked.filter((a) => a.unit === unit && a.address === address).map((a) => a.at);
  const last = (unit: number, address = 0): Reading | undefined =>
    delivered.findLast((d) => d.unit === unit && d.address === address)?.answer;
  return {
    clock,
    bus,
    delivered,
    polls,
    done,
    askedAt,
    last,
    /** How the poller ends; rejects with its bug. */
    async stop() {
      stopping.abort(new Error('the test ends'));
      await done;
    },
  };
}

export const gaps = (times: readonly number[]): readonly number[] => times.slice(1).map((t, i) => t - (times[i] ?? 0));
export const refusing = (exception = 2): Answer => ({
  after: 10,
  fail: new FengsuiError('BUS_EXCEPTION', 'refused', { details: { exception } }),
});
export const down = (): Answer => ({ after: 1, fail: 'BUS_DOWN' });
/** These answers one after the other, then always fives. */
export const script = (...answers: readonly Answer[]) => {
  const left = [...answers];
  return (): Answer => left.shift() ?? { after: 10, words: [5, 5] };
};
export const word = (...words: number[]): Answer => ({ after: 10, words });
