import { type Suppression, type SuppressionKind, suppressionKinds } from '../../../sdk/model/alarm.ts';
import { describeError } from '../../../sdk/model/errors.ts';
import { later, type Millis, type MonoTime, millis, wallTime } from '../../../sdk/model/time.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** What is suppressed: a condition of a device, or with an empty `condition` the whole device. */
export type Target = { readonly device: string; readonly condition: string };

/** What keeps alarms from being announced, and until when. Outlives a restart, but for what is by design. */
export type Suppressions = {
  /** What stands on a condition, its own before its device's. */
  readonly of: (target: Target) => Suppression | undefined;
  readonly set: (target: Target, suppression: Suppression, length?: Millis) => void;
  readonly lift: (target: Target) => void;
  /** Those that have come to their end. */
  readonly over: () => readonly Target[];
  readonly all: () => readonly (Target & { readonly suppression: Suppression })[];
};

type Kept = { readonly target: Target; readonly suppression: Suppression; readonly endsAt: MonoTime | undefined };

const prefix = 'suppression/';
const keyOf = ({ device, condition }: Target): string => `${device}/${condition}`;

export async function openSuppressions(ctx: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Suppressions> {
  const { journal, clock, log } = ctx;
  const kept = await restore(ctx);
  const keep = (key: string, value: Uint8Array | undefined): void => {
    journal
      .keep({ key: `${prefix}${key}`, value })
      .catch((e: unknown) => log.warn('suppression.not-stored', { key, why: describeError(e) }));
  };
  return {
    of: ({ device, condition }) =>
      (kept.get(keyOf({ device, condition })) ?? kept.get(keyOf({ device, condition: '' })))?.suppression,
    set(target, suppression, length) {
      const endsAt = length === undefined ? undefined : later(clock.mono(), length);
      kept.set(keyOf(target), { target, suppression, endsAt });
      if (suppression.how !== 'by-design') keep(keyOf(target), encode(target, suppression, length));
    },
    lift(target) {
      const found = kept.get(keyOf(target));
      kept.delete(keyOf(target));
      if (found && found.suppression.how !== 'by-design') keep(keyOf(target), undefined);
    },
    over: () =>
      [...kept.values()]
        .filter(({ endsAt }) => endsAt !== undefined && endsAt <= clock.mono())
        .map(({ target }) => target),
    all: () => [...kept.values()].map(({ target, suppression }) => ({ ...target, suppression })),
  };
}

const encode = (target: Target, suppression: Suppression, length: Millis | undefined): Uint8Array =>
  Buffer.from(JSON.stringify({ ...target, ...suppression, length }));

async function restore({ journal, clock, log }: Parameters<typeof openSuppressions>[0]): Promise<Map<string, Kept>> {
  const found = new Map<string, Kept>();
  for (const [key, bytes] of await journal.kept(prefix)) {
    try {
      const one = decode(bytes, clock);
      found.set(keyOf(one.target), one);
    } catch (e) {
      log.warn('suppression.unreadable', { key, why: describeError(e) }); // nothing is hidden by what cannot be read
    }
  }
  return found;
}

/** Where the clock can be trusted the end is as it was told; else the whole length counts again from now. */
function decode(bytes: Uint8Array, clock: Clock): Kept {
  const fields = fieldsOf(JSON.parse(Buffer.from(bytes).toString('utf8')), 'suppression');
  const named = fields.text('how');
  const how: SuppressionKind = suppressionKinds.find((kind) => kind === named) ?? 'disabled';
  const until = fields.has('until') ? wallTime(fields.number('until')) : undefined;
  const length = fields.has('length') ? millis(fields.number('length')) : undefined;
  const left = until !== undefined && clock.trust() === 'synced' ? until - clock.wall() : length;
  return {
    target: { device: fields.text('device'), condition: fields.text('condition') },
    suppression: {
      how,
      why: fields.text('why'),
      ...(fields.has('operator') && { operator: fields.text('operator') }),
      ...(until !== undefined && { until }),
    },
    endsAt: left === undefined ? undefined : later(clock.mono(), millis(Math.min(left, length ?? left))),
  };
}
