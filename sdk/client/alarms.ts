import { type AlarmPhase, alarmRank } from '../model/alarm.ts';
import { FengsuiError } from '../model/errors.ts';
import { isScalar } from '../wire/parse.ts';
import type { Site } from '../wire/topics.ts';
import {
  type Alarm,
  type AlarmRef,
  type AlarmStream,
  type AlarmStreamContext,
  type AlarmStreamOptions,
  alarmStream,
} from './alarm-stream.ts';
import type { Directory } from './gateway-directory.ts';
import type { Requests } from './requests.ts';
import { parseAlarms, parsePhase } from './results.ts';
import type { CallOptions } from './time-limit.ts';

/** All alarms that are active, and the gateways that could not be asked: their alarms are not known, not absent. */
export type ActiveAlarms = {
  /** Most urgent kind first, then newest first. */
  readonly alarms: readonly Alarm[];
  readonly unanswered: readonly { readonly gateway: string; readonly error: FengsuiError }[];
};

export type AlarmActionOptions = CallOptions & {
  /** The person who acts, as the platform names them; the client's `operator` unless given. The gateway goes by the signer's key. */
  readonly operator?: string | undefined;
};

export type Alarms = {
  /**
   * Asks the gateways what is active just now. Of the whole district it resolves with what was answered in time.
   * @throws FengsuiError for one gateway: GATEWAY_UNKNOWN | GATEWAY_OFFLINE | TIMEOUT | ABORTED | PROTOCOL
   */
  readonly active: (filter?: { readonly gateway?: string | undefined }, options?: CallOptions) => Promise<ActiveAlarms>;
  /** @throws FengsuiError INVALID (cursor, buffer) | ABORTED */
  readonly stream: (options?: AlarmStreamOptions) => AlarmStream;
  /**
   * Tells the gateway that a person has seen this occurrence. A command: see `devices.provision` for its errors.
   * @throws also CONFLICT when another occurrence is active by now.
   */
  readonly ack: (
    alarm: AlarmRef & { readonly occurrence: number },
    options?: AlarmActionOptions,
  ) => Promise<{ readonly phase: AlarmPhase }>;
  /** Lets a latched alarm go whose cause is gone. A command: see `devices.provision` for its errors. */
  readonly reset: (alarm: AlarmRef, options?: AlarmActionOptions) => Promise<{ readonly phase: AlarmPhase }>;
};

export function alarms(ctx: {
  readonly directory: Directory;
  readonly requests: Requests;
  readonly operator: string | undefined;
  readonly stream: AlarmStreamContext;
}): Alarms {
  const { directory, requests } = ctx;
  const ask = async (site: Site, options: CallOptions | undefined): Promise<readonly Alarm[]> =>
    parseAlarms(await requests.query(site, 'alarms', null, options)).map(({ value, at, ...rest }) => ({
      ...rest,
      gateway: site.gateway,
      at: new Date(at),
      ...(isScalar(value) && { value }),
    }));
  return {
    async active({ gateway } = {}, options) {
      if (gateway !== undefined)
        return { alarms: (await ask(directory.reach(gateway), options)).toSorted(byUrgency), unanswered: [] };
      const answers = await Promise.all(
        directory.entries().map(async ({ site }) => {
          try {
            return { found: await ask(directory.reach(site.gateway), options) };
          } catch (error) {
            if (!FengsuiError.is(error) || error.code === 'ABORTED') throw error;
            return { found: [], failure: { gateway: site.gateway, error } };
          }
        }),
      );
      return {
        alarms: answers.flatMap((a) => a.found).toSorted(byUrgency),
        unanswered: answers.flatMap((a) => (a.failure ? [a.failure] : [])),
      };
    },
    stream: (options = {}) => alarmStream(ctx.stream, options),
    async ack({ gateway, device, condition, occurrence }, { operator = ctx.operator, ...options } = {}) {
      return {
        phase: parsePhase(
          await requests.command(
            directory.reach(gateway),
            'acknowledge',
            { device, condition, occurrence, operator },
            options,
          ),
        ),
      };
    },
    async reset({ gateway, device, condition }, { operator = ctx.operator, ...options } = {}) {
      return {
        phase: parsePhase(
          await requests.command(directory.reach(gateway), 'reset', { device, condition, operator }, options),
        ),
      };
    },
  };
}

const byUrgency = (a: Alarm, b: Alarm): number =>
  alarmRank[a.kind] - alarmRank[b.kind] || b.at.getTime() - a.at.getTime();
