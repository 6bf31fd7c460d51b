import { describe, expect, it } from 'vitest';
import { lookAtUnit } from '../../../../edge/bus/scan/look-at-unit.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { fakeLine, inFakeTime, type Slave } from './fake-line.ts';

async function look(slave: Slave) {
  const clock = fakeClock();
  const line = fakeLine(clock, { 'h:1 3': slave });
  const timing = { timeout: millis(200), quiet: millis(60), reconnect: millis(1_000) };
  const bus = line.open({ kind: 'tcp', host: 'h', port: 1 }, timing);
  return inFakeTime(clock, lookAtUnit(bus, 3, { clock, signal: new AbortController().signal }));
}

describe('answers beyond one a request', () => {
  it.each<[what: string, slave: Slave, surplus: number]>([
    ['none where each is answered once', () => ({ words: [1] }), 0],
    [
      'none where the first table was answered late and the second in time',
      ({ table }) => ({ words: [1], after: table === 'holding' ? 230 : 10 }),
      0,
    ],
    [
      'none where the late answer came in place of that to the second table',
      ({ table }, n) =>
        n === 0 ? { fail: 'BUS_TIMEOUT' } : n === 1 ? { fail: 'BUS_REPLY', surplus: 1 } : { words: [table.length] },
      0,
    ],
    [
      'those that come on top of late ones',
      (_, n) => ({ words: [1], after: n === 0 ? 230 : 10, surplus: n === 3 ? 1 : 0 }),
      1,
    ],
    ['all where each is answered twice', () => ({ words: [1], surplus: 1 }), 6],
  ])('are %s', async (_what, slave, surplus) => expect((await look(slave))?.surplus).toBe(surplus));
});
