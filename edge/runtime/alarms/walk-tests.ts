import type { AlarmCause } from '../../../sdk/model/alarm.ts';
import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import {
  elapsed,
  later,
  type Millis,
  type MonoTime,
  millis,
  type WallTime,
  wallTime,
} from '../../../sdk/model/time.ts';
import type { WalkTestReport, WalkTestState } from '../../../sdk/model/walk-test.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import { parseWalkTestReport } from '../../../sdk/wire/walk-test.ts';
import {
  isOver,
  longestTest,
  overdue,
  restored,
  type TestedDevice,
  ticked,
  verdictOf,
  type WalkTest,
} from '../../alarm/walk-test.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Watched } from './roster.ts';

export type NewWalkTest = {
  readonly devices: readonly string[];
  readonly length: Millis;
  readonly sounders: 'quiet' | 'chirp';
  readonly operator: string;
};

/** At most one walk test at a time. Outlives a restart. */
export type WalkTests = {
  /** @throws FengsuiError INVALID | CONFLICT while another one runs. */
  readonly start: (wanted: NewWalkTest) => void;
  /** Ends the test by hand. @throws FengsuiError CONFLICT when none runs. */
  readonly stop: (operator: string) => void;
  /** Whether the test takes an alarm; ends it when the alarm is real. */
  readonly claim: (watched: Watched, cause: AlarmCause, at: MonoTime) => boolean;
  readonly restored: (watched: Watched) => void;
  readonly tick: () => void;
  readonly state: () => WalkTestState;
};

export type WalkTestContext = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  /** A device of the list has come. */
  readonly onTick: (watched: Watched, cause: AlarmCause, at: MonoTime, sounders: 'quiet' | 'chirp') => void;
  /** The test has begun or ended; alarms that it took and that still stand are real from now on. */
  readonly onRunning: (isRunning: boolean) => void;
  /** Whether anything of a device that was tripped is still active. */
  readonly isStillTripped: (device: string) => boolean;
};

const runningKey = 'walk-test/running';
const reportKey = 'walk-test/report';

type Running = { test: WalkTest; readonly began: WallTime };

export async function walkTests(ctx: WalkTestContext): Promise<WalkTests> {
  const { journal, clock, log } = ctx;
  const kept = await journal.kept('walk-test/');
  let running = restoreRunning(kept.get(runningKey), ctx);
  let report = restoreReport(kept.get(reportKey), log);
  const keep = (key: string, value: unknown): void => {
    const bytes = value === undefined ? undefined : Buffer.from(JSON.stringify(value));
    journal
      .keep({ key, value: bytes })
      .catch((e: unknown) => log.warn('walk-test.not-stored', { key, why: describeError(e) }));
  };
  const wallOf = (at: MonoTime): WallTime => wallTime(clock.wall() - elapsed(at, clock.mono()));
  const store = (): void => keep(runningKey, running && savedOf(running, clock));
  const change = (test: WalkTest): void => {
    if (running) running.test = test;
    store();
  };
  const end = (ended: WalkTestReport['ended'], why: string): void => {
    if (!running) return;
    const { test, began } = running;
    report = {
      began,
      over: clock.wall(),
      operator: test.operator,
      sounders: test.sounders,
      ended,
      why,
      devices: [...test.devices].map(([device, tested]) => ({
        device,
        status: tested.status === 'untested' ? ('untested' as const) : ('passed' as const),
        ...(tested.condition !== undefined && { condition: tested.condition }),
        ...(tested.at !== undefined && { at: wallOf(tested.at) }),
      })),
    };
    running = undefined;
    keep(reportKey, report);
    store();
    log.info('walk-test.over', { ended, why });
    ctx.onRunning(false);
  };

  return {
    start({ devices, length, sounders, operator }) {
      if (running)
        throw new FengsuiError('CONFLICT', `a walk test of ${running.test.operator} is running; end it first`);
      if (devices.length === 0) throw new FengsuiError('INVALID', 'devices: name at least one device to test');
      if (!(length >= 60_000 && length <= longestTest))
        throw new FengsuiError('INVALID', `minutes: a walk test takes 1 to ${longestTest / 60_000} minutes`);
      const test: WalkTest = {
        devices: new Map(devices.map((device): [string, TestedDevice] => [device, { status: 'untested' }])),
        endsAt: later(clock.mono(), length),
        sounders,
        operator,
      };
      running = { test, began: clock.wall() };
      store();
      log.info('walk-test.started', { devices: devices.length, operator });
      ctx.onRunning(true);
    },
    stop(operator) {
      if (!running) throw new FengsuiError('CONFLICT', 'no walk test is running');
      end('stopped', `stopped by ${operator}`);
    },
    claim(watched, cause, at) {
      if (!running) return false;
      const { device, rule } = watched;
      const verdict = verdictOf(running.test, device, rule.kind);
      if (verdict === 'real') end('aborted', `a real alarm: ${device}/${rule.condition}`);
      if (verdict !== 'tick' && verdict !== 'same') return false;
      watched.underTest = true;
      if (verdict === 'tick') {
        const { sounders } = running.test;
        change(ticked(running.test, device, rule.condition, at));
        ctx.onTick(watched, cause, at, sounders);
      }
      return true;
    },
    restored({ device }) {
      if (running?.test.devices.get(device)?.status === 'active' && !ctx.isStillTripped(device))
        change(restored(running.test, device));
    },
    tick() {
      if (!running) return;
      const now = clock.mono();
      const [late] = overdue(running.test, now);
      if (late !== undefined) end('aborted', `${late} did not restore: it is taken as real`);
      else if (isOver(running.test, now))
        end('finished', now >= running.test.endsAt ? 'its time is over' : 'all passed');
    },
    state: () => ({
      ...(running && {
        running: {
          began: running.began,
          leftMs: Math.max(0, Math.round(elapsed(clock.mono(), running.test.endsAt))),
          operator: running.test.operator,
          sounders: running.test.sounders,
          devices: [...running.test.devices].map(([device, { status }]) => ({ device, status })),
        },
      }),
      ...(report && { report }),
    }),
  };
}

function savedOf({ test, began }: Running, clock: Clock) {
  const now = clock.mono();
  return {
    began,
    at: clock.wall(),
    leftMs: elapsed(now, test.endsAt),
    sounders: test.sounders,
    operator: test.operator,
    devices: [...test.devices].map(([device, { status, condition, at }]) => ({
      device,
      status,
      condition,
      agoMs: at === undefined ? undefined : elapsed(at, now),
    })),
  };
}

/**
 * A test goes on after a restart with the time that was left when it last changed, less what has passed since by the wall
 * clock, right or not: a gateway that starts again and again must not be tested for days, and to end too early hides no fire.
 */
function restoreRunning(bytes: Uint8Array | undefined, { clock, log }: WalkTestContext): Running | undefined {
  if (!bytes) return undefined;
  try {
    const saved = fieldsOf(parse(bytes), 'walk test');
    const now = clock.mono();
    const passed = saved.has('at') ? Math.max(0, clock.wall() - saved.number('at')) : 0;
    const devices = saved.list('devices').map((raw, i): [string, TestedDevice] => {
      const one = fieldsOf(raw, `walk test.devices[${i}]`);
      const status = one.text('status');
      return [
        one.text('device'),
        {
          status: status === 'active' || status === 'passed' ? status : 'untested',
          ...(one.has('condition') && { condition: one.text('condition') }),
          ...(one.has('agoMs') && { at: later(now, millis(-one.number('agoMs') - passed)) }),
        },
      ];
    });
    const test: WalkTest = {
      devices: new Map(devices),
      endsAt: later(now, millis(Math.min(saved.number('leftMs'), longestTest) - passed)),
      sounders: saved.text('sounders') === 'chirp' ? 'chirp' : 'quiet',
      operator: saved.text('operator'),
    };
    return { test, began: wallTime(saved.number('began')) };
  } catch (e) {
    log.warn('walk-test.unreadable', { why: describeError(e) }); // without it every alarm is real
    return undefined;
  }
}

function restoreReport(bytes: Uint8Array | undefined, log: Log): WalkTestReport | undefined {
  if (!bytes) return undefined;
  try {
    return parseWalkTestReport(parse(bytes));
  } catch (e) {
    log.warn('walk-test.report-unreadable', { why: describeError(e) });
    return undefined;
  }
}

const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));
