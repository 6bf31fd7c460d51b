import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SequenceStep } from '../../../sdk/client/alarm-sequence.ts';
import { alarmTrack, askAgainMs, giveUpMs } from '../../../sdk/client/alarm-track.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { AlarmMessage } from '../../../sdk/wire/alarm-message.ts';
import { alarmChange } from '../../support/fake-gateway.ts';

const message = (seq: number): AlarmMessage => ({ log: 7, seq, change: alarmChange(seq) });

function setUp(resume: () => Promise<{ log: number; next: number }>) {
  const got: number[] = [];
  const gaps: string[] = [];
  const problems: unknown[] = [];
  const gateway = { reachable: true, asked: 0 };
  const track = alarmTrack({
    start: undefined,
    room: () => 100,
    carryOut(step: SequenceStep) {
      got.push(...step.deliver.map((m) => m.seq));
      gaps.push(...step.gaps.map((g) => g.reason));
    },
    resume() {
      gateway.asked++;
      return resume();
    },
    reachable: () => gateway.reachable,
    problem: (e) => problems.push(e),
  });
  return { track, got, gaps, problems, gateway };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('alarm track', () => {
  it('asks again every second, no faster, while something is missing', async () => {
    const { track, gateway } = setUp(async () => ({ log: 7, next: 1 }));
    track.arrived();
    await vi.advanceTimersByTimeAsync(0);
    for (const seq of [3, 4, 5]) track.receive(message(seq));
    expect(gateway.asked).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * askAgainMs);
    expect(gateway.asked).toBe(4);
    track.close();
  });

  it('lets no alarm wait longer than the limit for one that is missing', async () => {
    const { track, got, gaps } = setUp(async () => ({ log: 7, next: 1 }));
    track.arrived();
    await vi.advanceTimersByTimeAsync(0);
    track.receive(message(2));
    await vi.advanceTimersByTimeAsync(giveUpMs - 1);
    expect(got).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect([got, gaps]).toEqual([[2], ['missing']]);
    track.close();
  });

  it('delivers alarms even if the gateway never answers', async () => {
    const { track, got, problems } = setUp(() => Promise.reject(new FengsuiError('TIMEOUT')));
    track.arrived();
    track.receive(message(5));
    await vi.advanceTimersByTimeAsync(giveUpMs);
    expect(got).toEqual([5]);
    expect(problems.length).toBeGreaterThan(1);
    track.close();
  });

  it('does not ask a gateway that is away, nor complain about it', async () => {
    const { track, gateway, problems } = setUp(() => Promise.reject(new FengsuiError('GATEWAY_OFFLINE')));
    gateway.reachable = false;
    track.arrived();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([gateway.asked, problems]).toEqual([1, []]);
    track.close();
  });

  it('leaves no timer behind', async () => {
    const { track } = setUp(async () => ({ log: 7, next: 1 }));
    track.arrived();
    await vi.advanceTimersByTimeAsync(0);
    track.receive(message(2));
    track.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
