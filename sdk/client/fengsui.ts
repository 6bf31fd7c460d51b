import { describeError, FengsuiError } from '../model/errors.ts';
import type { ProfileSpec } from '../model/profile.ts';
import type { Signer } from '../wire/sign1.ts';
import type { Site } from '../wire/topics.ts';
import type { SequenceGap } from './alarm-sequence.ts';
import { type Alarms, alarms } from './alarms.ts';
import { atMost } from './at-most.ts';
import { type Certificates, certificates } from './certificates.ts';
import type { ClientEvents, EventDesk, Status } from './client-events.ts';
import { commandDesk } from './command-desk.ts';
import { type Commands, commands } from './commands.ts';
import { directProvisioner } from './desired/direct-provisioner.ts';
import { type Devices, devices } from './device-desk.ts';
import { type Diagnostics, diagnostics } from './diagnostics.ts';
import type { DistrictView } from './district-view.ts';
import { type Fleet, fleet } from './fleet.ts';
import { type Gateways, gateways } from './gateways.ts';
import { listeners } from './listeners.ts';
import { type LiveStream, liveStream, type StreamOptions } from './live-stream.ts';
import type { Receipts } from './receipts.ts';
import { type Records, records } from './records.ts';
import type { Requests } from './requests.ts';
import { parseResume } from './results.ts';
import type { StorePart } from './store-part.ts';
import { type Telemetry, telemetry } from './telemetry.ts';
import { abortError, type CallOptions, requestTimeoutMs, within } from './time-limit.ts';
import { type WalkTests, walkTests } from './walk-tests.ts';

/** A district as a platform sees it. */
export type Fengsui<P extends ProfileSpec = ProfileSpec> = AsyncDisposable & {
  readonly status: Status;
  /** Messages from the broker that made no sense and were let go. Each was told by an `error` event. */
  readonly refused: number;
  readonly gateways: Gateways;
  readonly devices: Devices<P>;
  readonly telemetry: Telemetry<P>;
  readonly alarms: Alarms;
  readonly commands: Commands;
  readonly walkTests: WalkTests;
  readonly fleet: Fleet;
  readonly diagnostics: Diagnostics;
  readonly certificates: Certificates;
  readonly records: Records;
  /** Calls `listener` on every such event; returns the function that ends it. */
  readonly on: <E extends keyof ClientEvents>(event: E, listener: (event: ClientEvents[E]) => void) => () => void;
  /** Resolves once every gateway that is online was asked for its latest values. @throws FengsuiError TIMEOUT | ABORTED */
  readonly ready: (options?: CallOptions) => Promise<void>;
  /** Sends the receipts that are due, ends all streams, rejects what is pending with ABORTED, and disconnects. */
  readonly close: () => Promise<void>;
};

export type Parts<P extends ProfileSpec> = {
  readonly profiles: readonly P[];
  readonly signer: Signer | undefined;
  readonly operator: string | undefined;
  readonly isUp: () => boolean;
  readonly overhear: (topic: string) => Promise<() => void>;
  readonly view: DistrictView;
  readonly requests: Requests;
  readonly receipts: Receipts;
  readonly desk: EventDesk;
  readonly closing: AbortController;
  /** Absent without a store. */
  readonly stored: StorePart | undefined;
  /** Ends some time after `closing` fires. */
  readonly running: Promise<void>;
  /** Says goodbye to whoever shares the gateways with this client. */
  readonly leave: () => Promise<void>;
};

/** A gateway that does not tell where its alarms stand is asked again, so this is shorter than other requests. */
const resumeMs = 3_000;
/** The last receipts and a goodbye must not hold up the end of the application. */
export const farewellMs = 1_000;

/** The public face over the parts that {@link connectWith} has put together. */
export function fengsui<P extends ProfileSpec>(parts: Parts<P>): Fengsui<P> {
  const { desk, view, closing } = parts;
  const shared = {
    ...view,
    ...parts,
    open: streamsUntil(closing.signal),
    command: commandDesk(parts.requests, parts.operator),
    ...storedOr(parts),
  };
  const close = closeOnce(parts);
  const gatewaysOf = gateways(shared);
  const alarmsOf = alarms({ ...shared, stream: alarmStreamParts(parts) });
  const recorded = records(shared);
  return {
    get status() {
      return desk.status;
    },
    get refused() {
      return desk.refused;
    },
    gateways: gatewaysOf,
    devices: devices(shared),
    telemetry: telemetry({ ...shared, problem: desk.problem }),
    alarms: alarmsOf,
    walkTests: walkTests(shared),
    fleet: fleet({ ...shared, active: alarmsOf.active }),
    diagnostics: diagnostics({ ...shared, status: gatewaysOf.status, problem: desk.problem }),
    commands: commands({ ...shared, records: recorded }),
    records: recorded,
    certificates: certificates(shared),
    on: desk.on,
    ready: ({ timeoutMs = requestTimeoutMs, signal } = {}) => {
      const late = (): FengsuiError =>
        new FengsuiError('TIMEOUT', `not every gateway has told its latest values within ${timeoutMs} ms`);
      return within({ ms: timeoutMs, signals: [signal, closing.signal], late }, view.seeded);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Where changes of devices and gateways go. */
const storedOr = <P extends ProfileSpec>({ stored, view, requests }: Parts<P>) => ({
  provisioner: stored?.provisioner ?? directProvisioner({ directory: view.directory, requests }),
  desired: stored?.desired,
  desiredChanges: stored?.desiredChanges ?? listeners<string>(),
  registry: stored?.registry,
  enroll: stored?.enroll,
  audit: stored?.audit,
  known: stored?.known,
});
/** Gateways of which an alarm stream asks at once from where they send: a whole fleet may come back together. */
const resumesAtOnce = 64;

function alarmStreamParts<P extends ProfileSpec>({ view, requests, receipts, desk, isUp, signer, closing }: Parts<P>) {
  const few = atMost(resumesAtOnce);
  return {
    directory: view.directory,
    ownership: view.ownership,
    arrivals: view.arrivals,
    incoming: view.alarms,
    receipts,
    isUp,
    canSign: signer !== undefined,
    closed: closing.signal,
    problem: desk.problem,
    resume: async (site: Site) =>
      parseResume(await few(() => requests.query(site, 'resume', null, { timeoutMs: resumeMs }))),
    gap: (site: Site, gap: SequenceGap) => desk.gap({ lane: 'alarm', gateway: site.gateway, ...gap }),
  };
}

/** Streams that end with the client. */
const streamsUntil =
  (closed: AbortSignal) =>
  <T extends object>(options: StreamOptions, start: (push: (item: T) => void) => () => void): LiveStream<T> => {
    if (closed.aborted) throw abortError(closed.reason);
    const stream = liveStream<T>(options, (push) => {
      const undo = start(push);
      return () => {
        undo();
        closed.removeEventListener('abort', end);
      };
    });
    const end = (): void => stream.close();
    closed.addEventListener('abort', end, { once: true });
    return stream;
  };

const lateReceipts = (): FengsuiError =>
  new FengsuiError('TIMEOUT', 'the last receipts did not reach the broker; the gateways will send those alarms again');

export const lateGoodbye = (): FengsuiError =>
  new FengsuiError(
    'TIMEOUT',
    'the group could not be told that this client goes; the broker tells it by the last will',
  );

function closeOnce<P extends ProfileSpec>({ receipts, leave, closing, running, desk }: Parts<P>): () => Promise<void> {
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await within({ ms: farewellMs, signals: [], late: lateReceipts }, receipts.flush).catch(desk.problem);
    await within({ ms: farewellMs, signals: [], late: lateGoodbye }, leave).catch(desk.problem);
    closing.abort(new FengsuiError('ABORTED', 'the client was closed'));
    await running.catch(describeError); // told by `error` when it happened
    desk.turn('closed');
    desk.clear();
  };
  return () => {
    ending ??= end();
    return ending;
  };
}
