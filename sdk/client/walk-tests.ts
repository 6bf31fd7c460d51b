import type { WalkTestStatus, WalkTestReport as WireReport, WalkTestState as WireState } from '../model/walk-test.ts';
import { parseWalkTestState } from '../wire/walk-test.ts';
import type { ActionOptions, CommandDesk } from './command-desk.ts';
import type { Directory } from './gateway-directory.ts';
import type { Requests } from './requests.ts';
import { wallOf } from './results.ts';
import type { CallOptions } from './time-limit.ts';

/** Where: the devices by name, or a zone of the gateway's configuration. */
type Tested =
  | { readonly devices: readonly string[]; readonly zone?: never }
  | { readonly zone: string; readonly devices?: never };

export type NewWalkTest = Tested & {
  readonly gateway: string;
  /** 1 to 240; then it ends by itself. */
  readonly minutes: number;
  /** `chirp`: the sounders of a device that was tripped sound shortly, for who walks alone. */
  readonly sounders: 'quiet' | 'chirp';
};

export type RunningWalkTest = {
  readonly began: Date;
  /** Until it ends by itself, ms. */
  readonly leftMs: number;
  readonly operator: string;
  readonly sounders: 'quiet' | 'chirp';
  /** `active`: tripped, and not restored yet. */
  readonly devices: readonly { readonly device: string; readonly status: WalkTestStatus }[];
};

export type WalkTestReport = Omit<WireReport, 'began' | 'over' | 'devices'> & {
  readonly began: Date;
  readonly over: Date;
  readonly devices: readonly {
    readonly device: string;
    readonly status: 'untested' | 'passed';
    /** Condition that was tripped. */
    readonly condition?: string;
    /** When it was tripped. */
    readonly at?: Date;
  }[];
};

export type WalkTestState = {
  /** Absent while none runs. */
  readonly running?: RunningWalkTest;
  /** Of the last test that ended; absent before the first. */
  readonly report?: WalkTestReport;
};

/**
 * Walk tests (逐点测试): somebody walks from device to device and trips each. For a time, the first alarm of each device
 * of the list is a tick and no alarm (`tested` in the alarm stream). A fire or a call of any other device, or a second
 * one of a device that has restored, is real: it goes through and ends the test. At most one test runs on a gateway.
 *
 * `start` and `stop` are commands; see `Alarms` for their errors.
 */
export type WalkTests = {
  /** @throws also INVALID (no device, minutes out of range) | NOT_FOUND (a device or the zone) | CONFLICT (another test runs). */
  readonly start: (test: NewWalkTest, options?: ActionOptions) => Promise<void>;
  /** Ends it by hand; what it took and what still stands is real from then on. @throws also CONFLICT when none runs. */
  readonly stop: (where: { readonly gateway: string }, options?: ActionOptions) => Promise<void>;
  /** @throws FengsuiError GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED | PROTOCOL */
  readonly state: (where: { readonly gateway: string }, options?: CallOptions) => Promise<WalkTestState>;
};

export function walkTests(ctx: {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly command: CommandDesk;
}): WalkTests {
  const { directory, requests, command } = ctx;
  return {
    async start({ gateway, devices, zone, minutes, sounders }, options) {
      await command(directory.reach(gateway), 'startWalkTest', { devices, zone, minutes, sounders }, options);
    },
    async stop({ gateway }, options) {
      await command(directory.reach(gateway), 'stopWalkTest', {}, options);
    },
    async state({ gateway }, options) {
      return withDates(parseWalkTestState(await requests.query(directory.reach(gateway), 'walkTest', null, options)));
    },
  };
}

const dateOf = (wall: number, what: string): Date => new Date(wallOf(wall, `walk test: ${what}`));

const withDates = ({ running, report }: WireState): WalkTestState => ({
  ...(running && { running: { ...running, began: dateOf(running.began, 'began') } }),
  ...(report && { report: reportOf(report) }),
});

const reportOf = ({ began, over, devices, ...rest }: WireReport): WalkTestReport => ({
  ...rest,
  began: dateOf(began, 'began'),
  over: dateOf(over, 'over'),
  devices: devices.map(({ at, ...device }) => ({
    ...device,
    ...(at !== undefined && { at: dateOf(at, `${device.device}.at`) }),
  })),
});
