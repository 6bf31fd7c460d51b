import { describe, expect, it } from 'vitest';
import { documentDesk } from '../../../edge/uplink/document-desk.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { settled } from '../../support/settled.ts';

function stage() {
  const clock = fakeClock();
  const log = recordingLog();
  const now = { state: 0, points: 0 };
  const line = { isFree: true };
  const sent: string[] = [];
  const waiting: { readonly taken: () => void; readonly fail: (e: unknown) => void }[] = [];
  let freed = 0;
  const desk = documentDesk({
    clock,
    log,
    document: (channel) => Uint8Array.of(now[channel]),
    publish: (channel, document) => {
      sent.push(`${channel} ${document[0]}`);
      return new Promise((taken, fail) => void waiting.push({ taken, fail }));
    },
    mayUse: () => line.isFree,
    onFree: () => void freed++,
  });
  /** The broker takes what is under way after so long. */
  const taken = async (ms = 0): Promise<void> => {
    await clock.advance(ms);
    waiting.shift()?.taken();
    await settled();
  };
  return { clock, log, now, line, sent, waiting, desk, taken, freed: () => freed };
}

describe('documents', () => {
  it('one at a time, each as it is when it is sent', async () => {
    const s = stage();
    s.desk.show('points');
    s.desk.show('state');
    s.desk.show('state');
    s.now.state = 7;
    expect([s.sent, s.desk.isBusy]).toEqual([['points 0'], true]);
    await s.taken();
    expect([s.sent, s.freed()]).toEqual([['points 0', 'state 7'], 1]);
    await s.taken();
    expect([s.sent.length, s.desk.isBusy, s.freed()]).toEqual([2, false, 2]);
  });

  it('not while alarms are under way', async () => {
    const s = stage();
    s.line.isFree = false;
    s.desk.show('state');
    expect(s.sent).toEqual([]);
    s.line.isFree = true;
    s.desk.wake();
    expect(s.sent).toEqual(['state 0']);
  });

  it('take a tenth of a slow line, and what has changed meanwhile is sent once', async () => {
    const s = stage();
    s.desk.show('state');
    await s.taken(2_000);
    s.desk.show('state');
    s.now.state = 1;
    s.desk.show('state');
    await s.clock.advance(19_999);
    expect(s.sent).toEqual(['state 0']);
    await s.clock.advance(1);
    expect(s.sent).toEqual(['state 0', 'state 1']);
  });

  it('one that is not taken is logged, and the next may go', async () => {
    const s = stage();
    s.desk.show('state');
    s.waiting.shift()?.fail(new FengsuiError('UNAVAILABLE'));
    await settled();
    s.desk.show('points');
    expect(s.sent).toEqual(['state 0', 'points 0']);
    expect(s.log.lines.map(({ event }) => event)).toEqual(['uplink.not-taken']);
  });

  it('with the connection all of it ends, also the rest', async () => {
    const s = stage();
    s.desk.show('state');
    await s.taken(2_000);
    s.desk.show('state');
    s.desk.show('points');
    s.desk.linkDown();
    await s.clock.advance(60_000);
    expect([s.sent, s.desk.isBusy]).toEqual([['state 0', 'points 0'], false]);
    s.desk.show('state');
    expect(s.sent.at(-1)).toBe('state 0');
    await s.taken(); // of the connection before: nobody waits for it
    expect(s.desk.isBusy).toBe(true);
  });
});
