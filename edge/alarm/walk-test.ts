import type { AlarmKind } from '../../sdk/model/alarm.ts';
import { elapsed, type MonoTime, minutes } from '../../sdk/model/time.ts';

/** How a device of the list has fared. `active`: it was tripped and has not restored yet. */
export type TestedDevice = {
  readonly status: 'untested' | 'active' | 'passed';
  readonly condition?: string;
  /** When it was tripped. */
  readonly at?: MonoTime;
};

/**
 * A walk test (逐点测试) that runs: for its time, the first alarm of each device of the list is a tick and no alarm.
 * Pure data.
 */
export type WalkTest = {
  readonly devices: ReadonlyMap<string, TestedDevice>;
  readonly endsAt: MonoTime;
  readonly sounders: 'quiet' | 'chirp';
  readonly operator: string;
};

/** What an alarm means while a test runs: the tick of a device · more of what was ticked already · an alarm. */
export type TestVerdict = 'tick' | 'same' | 'real' | 'unrelated';

/** The longest test, GB 50440 leaves it open: nobody is watched less for more than this. */
export const longestTest = minutes(240);
/** A device that has not restored after so long is not being tested: somebody would have taken the smoke away. */
export const longestTrip = minutes(5);

/** Kinds that a person trips on purpose. Faults go their own way during a test. */
const isTestable = (kind: AlarmKind): boolean => kind !== 'fault' && kind !== 'test';
/** Kinds that end a test when nobody has announced them. */
const isReal = (kind: AlarmKind): boolean => kind === 'fire' || kind === 'call';

/** What an alarm of a device means. */
export function verdictOf(test: WalkTest, device: string, kind: AlarmKind): TestVerdict {
  const tested = test.devices.get(device);
  if (!tested || !isTestable(kind)) return isReal(kind) ? 'real' : 'unrelated';
  if (tested.status === 'untested') return 'tick';
  return tested.status === 'active' ? 'same' : isReal(kind) ? 'real' : 'unrelated';
}

export const ticked = (test: WalkTest, device: string, condition: string, at: MonoTime): WalkTest =>
  withDevice(test, device, { status: 'active', condition, at });

/** The device is as it was before: a second alarm of it will be real. */
export const restored = (test: WalkTest, device: string): WalkTest =>
  withDevice(test, device, { ...test.devices.get(device), status: 'passed' });

/** Whether the test has nothing more to do: its time is over, or every device has passed. */
export const isOver = ({ devices, endsAt }: WalkTest, now: MonoTime): boolean =>
  now >= endsAt || [...devices.values()].every(({ status }) => status === 'passed');

/** Devices that were tripped so long ago that it cannot be the test any more. */
export const overdue = ({ devices }: WalkTest, now: MonoTime): readonly string[] =>
  [...devices]
    .filter(([, { status, at }]) => status === 'active' && at !== undefined && elapsed(at, now) >= longestTrip)
    .map(([device]) => device);

const withDevice = (test: WalkTest, device: string, tested: TestedDevice): WalkTest => ({
  ...test,
  devices: new Map([...test.devices, [device, tested]]),
});
