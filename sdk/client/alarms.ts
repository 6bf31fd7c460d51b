import type { AlarmPhase } from '../model/alarm.ts';
import type { Command } from '../wire/request.ts';
import type { Site } from '../wire/topics.ts';
import {
  type Alarm,
  type AlarmOccurrence,
  type AlarmRef,
  type AlarmSuppression,
  alarmOf,
  byUrgency,
  suppressionOf,
} from './alarm.ts';
import { parseAlarms, parseSuppressed, type StandingAlarm } from './alarm-results.ts';
import {
  type AlarmStream,
  type AlarmStreamContext,
  type AlarmStreamOptions,
  type AlarmUpdate,
  alarmStream,
  type RecordStreamOptions,
  type RecordUpdate,
} from './alarm-stream.ts';
import type { ActionOptions, CommandDesk } from './command-desk.ts';
import type { DeviceAddress } from './devices.ts';
import { askEvery, type Unanswered } from './every-gateway.ts';
import type { Directory } from './gateway-directory.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { paged } from './paged.ts';
import type { Requests } from './requests.ts';
import { parsePhase } from './results.ts';
import { type CallOptions, sharedLimit } from './time-limit.ts';
import { unstoredAlarms } from './unstored-alarms.ts';

/** All alarms that stand, and the gateways that could not be asked: their alarms are not known, not absent. */
export type ActiveAlarms = {
  /** Most urgent kind first, then newest first. */
  readonly alarms: readonly Alarm[];
  readonly unanswered: readonly Unanswered[];
};

/** What is kept from being announced: a condition, or without one the whole device. */
export type Suppressed = DeviceAddress & { readonly condition?: string; readonly suppression: AlarmSuppression };

/** Everything that is suppressed, and the gateways that could not be asked. */
export type SuppressedList = {
  readonly suppressed: readonly Suppressed[];
  readonly unanswered: readonly Unanswered[];
};

/** A reason is needed: who comes next must know why nobody is alarmed. At most 200 characters are kept. */
export type Reason = { readonly why: string };

type Filter = { readonly gateway?: string | undefined };

/**
 * What stands, what happens, and what a person may do about it. **Nothing here ever hides a fire or a call**: they can be
 * acknowledged, silenced and reset, but not shelved or disabled, and those of a device out of service are told all the
 * same, with a remark.
 *
 * Whatever changes something is a command, signed with the client's key and never sent twice. Each rejects with
 * FengsuiError FORBIDDEN (no signer, or a key that the gateway does not know), GATEWAY_UNKNOWN, GATEWAY_OFFLINE (nothing
 * is queued), NOT_FOUND (no such device or condition), TIMEOUT or UNAVAILABLE (it may have been done: look before you try
 * again), CHALLENGE_EXPIRED, ABORTED, PROTOCOL, and with what is named below, in the gateway's own words.
 */
export type Alarms = {
  /**
   * Asks the gateways what stands just now: active, or cleared and not yet acknowledged. Hidden alarms are left out
   * unless `hidden` is set. Of the whole district it resolves with what was answered in time.
   * @throws FengsuiError for one gateway: GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED | PROTOCOL
   */
  readonly active: (
    filter?: Filter & { readonly hidden?: boolean | undefined },
    options?: CallOptions,
  ) => Promise<ActiveAlarms>;
  /** Every change, also of what is hidden, but for what a gateway's disk does not take ({@link Alarms.unstored}): see {@link AlarmStream}. @throws FengsuiError INVALID (cursor, buffer) | ABORTED */
  readonly stream: {
    (options: RecordStreamOptions): AlarmStream<AlarmUpdate | RecordUpdate>;
    (options?: AlarmStreamOptions): AlarmStream;
  };
  /**
   * Alarms of gateways whose disk takes nothing (`report.degraded`). They are in no journal, so they are not in `stream`
   * before the disk is well: such gateways are asked every 5 s, and each alarm is handed over when it comes and when it
   * changes, but for hidden ones. There is nothing to commit; what has a journal again comes by `stream`, too. Whoever
   * must hear of every fire reads both, and tells them apart by gateway, device, condition and occurrence.
   * @throws FengsuiError INVALID (buffer) | ABORTED
   */
  readonly unstored: (options?: StreamOptions) => LiveStream<Alarm>;
  /** A person has seen this occurrence. @throws also CONFLICT when another occurrence stands by now. */
  readonly ack: (alarm: AlarmOccurrence, options?: ActionOptions) => Promise<{ readonly phase: AlarmPhase }>;
  /**
   * Lets a latched alarm go. Give the occurrence that the person has seen, best the alarm itself: a fire that was reset
   * and came anew meanwhile is never reset unseen. Where the danger still is, the next reading raises a new occurrence.
   * @throws also CONFLICT when another occurrence stands by now, when it is not active, or clears by itself.
   */
  readonly reset: (alarm: AlarmOccurrence, options?: ActionOptions) => Promise<{ readonly phase: AlarmPhase }>;
  /**
   * Quiets the sounders of this occurrence. The alarm stands as before, and the next one sounds again.
   * @throws also CONFLICT when another occurrence stands by now, or it is not active.
   */
  readonly silence: (alarm: AlarmOccurrence, options?: ActionOptions) => Promise<{ readonly phase: AlarmPhase }>;
  /**
   * Keeps a nuisance from being announced for so many minutes, at most 10,080 (a week); then it is announced again by
   * itself. Shelving what is shelved sets the new end.
   * @throws also INVALID (no reason, no or too late an end) | CONFLICT (a fire or a call is never hidden).
   */
  readonly shelve: (
    alarm: AlarmRef,
    how: Reason & { readonly minutes: number },
    options?: ActionOptions,
  ) => Promise<void>;
  /** Keeps a condition from being announced until {@link Alarms.lift}. @throws also INVALID (no reason) | CONFLICT (a fire or a call). */
  readonly disable: (alarm: AlarmRef, how: Reason, options?: ActionOptions) => Promise<void>;
  /** Announces a condition again that was shelved or disabled; if it is active it is told at once. @throws also CONFLICT when it is neither. */
  readonly lift: (alarm: AlarmRef, options?: ActionOptions) => Promise<void>;
  /**
   * For repair: nothing of the device is announced but its fires and calls, which carry the reason as a remark
   * (`alarm.suppression`). @throws also INVALID (no reason).
   */
  readonly takeOutOfService: (device: DeviceAddress, how: Reason, options?: ActionOptions) => Promise<void>;
  /** The device is announced again; what is active is told at once. @throws also CONFLICT when it was in service. */
  readonly returnToService: (device: DeviceAddress, options?: ActionOptions) => Promise<void>;
  /** Asks the gateways for everything that is kept from being announced, with who, why and until when. Errors as for `active`. */
  readonly suppressed: (filter?: Filter, options?: CallOptions) => Promise<SuppressedList>;
};

export type AlarmsContext = {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly command: CommandDesk;
  readonly stream: AlarmStreamContext;
  readonly open: <T extends object>(
    options: StreamOptions,
    start: (push: (item: T) => void) => () => void,
  ) => LiveStream<T>;
};

export function alarms(ctx: AlarmsContext): Alarms {
  return { ...questions(ctx), ...actions(ctx), stream: streamCall(ctx) };
}

function streamCall({ stream: ctx }: AlarmsContext): Alarms['stream'] {
  function stream(options: RecordStreamOptions): AlarmStream<AlarmUpdate | RecordUpdate>;
  function stream(options?: AlarmStreamOptions): AlarmStream;
  function stream(options: AlarmStreamOptions = {}): AlarmStream<AlarmUpdate | RecordUpdate> {
    return alarmStream(ctx, options);
  }
  return stream;
}

/** Far more than one gateway can have: whoever tells of more is not believed. */
const mostAlarms = 200_000;

function questions(ctx: AlarmsContext): Pick<Alarms, 'active' | 'unstored' | 'suppressed'> {
  const { directory, requests, stream, open } = ctx;
  const standing = async (site: Site, options: CallOptions = {}): Promise<readonly Alarm[]> => {
    const left = sharedLimit(options);
    const pages = paged<StandingAlarm, string>(async (after) => {
      const params = after === undefined ? null : { after };
      const { alarms: items, next } = parseAlarms(await requests.query(site, 'alarms', params, left()));
      return { items, ...(next !== undefined && { next }) };
    });
    return (await pages.all({ max: mostAlarms })).map((one) => alarmOf({ ...one, gateway: site.gateway }));
  };
  return {
    async active({ gateway, hidden = false } = {}, options) {
      const { answers, unanswered } = await askEvery(directory, gateway, (site) => standing(site, options));
      const found = answers.flat().filter((alarm) => hidden || !alarm.isHidden);
      return { alarms: found.toSorted(byUrgency), unanswered };
    },
    unstored: (options = {}) => open<Alarm>(options, (push) => unstoredAlarms({ ...stream, standing }, push)),
    async suppressed({ gateway } = {}, options) {
      const { answers, unanswered } = await askEvery(directory, gateway, async (site) =>
        parseSuppressed(await requests.query(site, 'suppressed', null, options)).map(
          ({ device, condition, suppression }): Suppressed => ({
            gateway: site.gateway,
            device,
            ...(condition !== '' && { condition }),
            suppression: suppressionOf(suppression),
          }),
        ),
      );
      return { suppressed: answers.flat(), unanswered };
    },
  };
}

function actions({ directory, command }: AlarmsContext): Omit<Alarms, 'active' | 'unstored' | 'suppressed' | 'stream'> {
  const onOccurrence =
    (method: Command): Alarms['ack'] =>
    async ({ gateway, device, condition, occurrence }, options) => ({
      phase: parsePhase(await command(directory.reach(gateway), method, { device, condition, occurrence }, options)),
    });
  const suppress =
    (how: 'shelved' | 'disabled') =>
    async (
      { gateway, device, condition }: AlarmRef,
      more: Reason & { readonly minutes?: number },
      options?: ActionOptions,
    ) => {
      const { why, minutes } = more;
      await command(directory.reach(gateway), 'suppress', { device, condition, how, why, minutes }, options);
    };
  return {
    ack: onOccurrence('acknowledge'),
    reset: onOccurrence('reset'),
    silence: onOccurrence('silence'),
    shelve: suppress('shelved'),
    disable: suppress('disabled'),
    async lift({ gateway, device, condition }, options) {
      await command(directory.reach(gateway), 'unsuppress', { device, condition }, options);
    },
    async takeOutOfService({ gateway, device }, { why }, options) {
      await command(directory.reach(gateway), 'suppress', { device, how: 'out-of-service', why }, options);
    },
    async returnToService({ gateway, device }, options) {
      await command(directory.reach(gateway), 'unsuppress', { device }, options);
    },
  };
}
