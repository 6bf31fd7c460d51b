import { describe, expect, it } from 'vitest';
import { standby } from '../../../../edge/runtime/delivery/standby.ts';
import type { Uplink } from '../../../../edge/uplink/uplink.ts';
import { millis } from '../../../../sdk/model/time.ts';
import { appendNumbered } from '../../../support/entries.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { memoryJournal } from '../../../support/memory-journal.ts';
import { recordingLog } from '../../../support/recording-log.ts';

function stage() {
  const clock = fakeClock();
  const journal = memoryJournal();
  const lives: string[] = [];
  const state = { needed: true, backlog: 0, closesAfter: 0 };
  const nothing = (): void => undefined;
  const uplink: Uplink = {
    up: false,
    backlog: () => state.backlog,
    wake: nothing,
    show: nothing,
    delivered: (upTo) => {
      state.backlog = Math.max(0, journal.status().lanes.alarm.last - upTo);
    },
    resume: () => 1,
    reconnect: nothing,
    run: (signal) =>
      new Promise((resolve) => {
        lives.push('begins');
        signal.addEventListener('abort', () => {
          clock.after(millis(state.closesAfter), () => {
            lives.push('ends');
            resolve();
          });
        });
      }),
  };
  const one = standby('spare', uplink, {
    journal,
    clock,
    log: recordingLog(),
    others: ['a', 'b'],
    isNeeded: () => state.needed,
  });
  const stop = new AbortController();
  const done = one.run(stop.signal);
  return { clock, journal, lives, state, one, stop, done };
}

describe('an uplink that stands by', () => {
  it('does not connect before it is woken, and stays until ten minutes after it was needed last', async () => {
    const { clock, lives, state, one, stop, done } = stage();
    await clock.advance(3_600_000);
    expect(lives).toEqual([]);
    one.wake();
    await clock.advance(1);
    expect(lives).toEqual(['begins']);
    await clock.advance(3_600_000);
    expect(lives).toEqual(['begins']);
    state.needed = false;
    await clock.advance(595_000);
    expect(lives).toEqual(['begins']);
    await clock.advance(10_000);
    expect(lives).toEqual(['begins', 'ends']);
    one.wake();
    await clock.advance(1);
    expect(lives).toEqual(['begins', 'ends', 'begins']);
    stop.abort(new Error('the test ends'));
    await clock.advance(1);
    await done;
  });

  it('does not leave while it has alarms to bring', async () => {
    const { clock, journal, lives, state, one, stop, done } = stage();
    state.needed = false;
    await appendNumbered(journal, 'alarm', 3);
    one.wake();
    await clock.advance(3_600_000);
    expect(lives).toEqual(['begins']);
    stop.abort(new Error('the test ends'));
    await clock.advance(1);
    await done;
  });

  it('leaves when another has brought them, although nobody confirms anything to it', async () => {
    const { clock, journal, lives, state, one, stop, done } = stage();
    state.needed = false;
    await appendNumbered(journal, 'alarm', 3);
    one.wake();
    await clock.advance(3_600_000);
    await journal.acknowledge('b', 'alarm', 3);
    await clock.advance(601_000);
    expect(lives).toEqual(['begins', 'ends']);
    stop.abort(new Error('the test ends'));
    await clock.advance(1);
    await done;
  });

  it('that is woken while it takes its leave comes back at once', async () => {
    const { clock, lives, state, one, stop, done } = stage();
    state.needed = false;
    state.closesAfter = 2_000;
    one.wake();
    await clock.advance(601_000);
    one.wake();
    await clock.advance(3_000);
    expect(lives).toEqual(['begins', 'ends', 'begins']);
    stop.abort(new Error('the test ends'));
    await clock.advance(2_000);
    await done;
  });

  it('asleep, its place follows that of the uplink that is furthest: it keeps nothing from being let go', async () => {
    const { clock, journal, one, stop, done } = stage();
    await appendNumbered(journal, 'alarm', 9);
    await appendNumbered(journal, 'telemetry', 5);
    await journal.acknowledge('a', 'alarm', 4);
    await journal.acknowledge('b', 'alarm', 7);
    await journal.acknowledge('a', 'telemetry', 2);
    await clock.advance(60_000);
    expect([await journal.cursor('spare', 'alarm'), await journal.cursor('spare', 'telemetry')]).toEqual([7, 2]);
    await journal.acknowledge('a', 'alarm', 8);
    one.wake();
    await clock.advance(1);
    expect(await journal.cursor('spare', 'alarm')).toBe(8);
    stop.abort(new Error('the test ends'));
    await clock.advance(1);
    await done;
  });

  it('ends with the gateway, asleep or awake', async () => {
    const { clock, stop, done, lives } = stage();
    stop.abort(new Error('the test ends'));
    await clock.advance(1);
    await done;
    expect(lives).toEqual([]);
  });
});
