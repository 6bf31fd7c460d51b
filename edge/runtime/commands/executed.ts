import { describeError } from '../../../sdk/model/errors.ts';
import { minutes } from '../../../sdk/model/time.ts';
import { type CommandReceipt, decodeCommandReceipt, encodeCommandReceipt } from '../../../sdk/wire/command.ts';
import { fieldsOf, isNumber } from '../../../sdk/wire/parse.ts';
import type { Journal, Keep } from '../../journal/journal.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** A command that was taken up, as it stands on the disk. */
export type Taken = {
  readonly audit: string;
  /** Of what was signed to be done, and by whom: the same id for something else is refused. */
  readonly digest: string;
  /** Unix ms: valid no longer. Absent where a challenge bound it, which ends with the run. */
  readonly notAfter?: number;
  /** What is to be signed should the gateway stop in the middle. */
  readonly draft: CommandReceipt;
  /** An output that was switched on for a while, and is not known to be off again. */
  readonly holds?: { readonly device: string; readonly point: string };
  /** What became of it, signed. */
  readonly receipt?: Uint8Array;
};

/** Commands that were taken up, until they cannot be valid any more; at most {@link mostTaken}. */
export type Executed = {
  readonly find: (audit: string) => Taken | undefined;
  readonly all: () => readonly Taken[];
  readonly isFull: () => boolean;
  /** All that was to be done by then may be forgotten. Unix ms. */
  readonly floor: () => number;
  /** Resolves once it is on the disk. */
  readonly put: (taken: Taken) => Promise<void>;
  /** Remembers it now; whoever writes the returned value to the journal makes it last. */
  readonly putWith: (taken: Taken) => Keep;
  /** Forgets what cannot be valid any more. The disk is told of it and not waited for: it may take nothing for days. */
  readonly sweep: () => void;
};

export const mostTaken = 256;
/** Whoever asks what became of a command has so long for it. */
const askable = minutes(10);
/** Beyond the end of its validity, ms: more than a clock that is trusted may be set by at once without being told. */
const margin = 60_000;

const prefix = 'command/';
const floorKey = 'command-floor';

export async function executed(ctx: {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<Executed> {
  const { journal, clock, log } = ctx;
  const taken = new Map<string, Taken>();
  const since = new Map<string, number>();
  const remember = (one: Taken): Keep => {
    taken.set(one.audit, one);
    since.set(one.audit, since.get(one.audit) ?? clock.mono());
    return { key: prefix + one.audit, value: write(one) };
  };
  for (const [key, value] of await journal.kept(prefix)) {
    try {
      remember(read(value));
    } catch (e) {
      log.warn('command.kept-unreadable', { key, why: describeError(e) });
    }
  }
  let floor = readFloor((await journal.kept(floorKey)).get(floorKey));

  const isOver = ({ audit, notAfter, holds, receipt }: Taken): boolean => {
    if (!receipt || holds || elapsedSince(audit) < askable) return false;
    return notAfter === undefined || (clock.trust() === 'synced' && notAfter + margin < clock.wall());
  };
  const keepSoon = (key: string, value: Uint8Array | undefined): void => {
    journal
      .keep({ key, value })
      .catch((e: unknown) => log.warn('command.not-forgotten', { key, why: describeError(e) }));
  };
  const elapsedSince = (audit: string): number => clock.mono() - (since.get(audit) ?? clock.mono());
  return {
    find: (audit) => taken.get(audit),
    all: () => [...taken.values()],
    isFull: () => taken.size >= mostTaken,
    floor: () => floor,
    put: (one) => journal.keep(remember(one)),
    putWith: remember,
    sweep() {
      const over = [...taken.values()].filter(isOver);
      const latest = Math.max(floor, ...over.flatMap(({ notAfter }) => notAfter ?? []));
      if (latest > floor) {
        floor = latest;
        keepSoon(floorKey, Buffer.from(String(latest)));
      }
      for (const { audit } of over) {
        taken.delete(audit);
        since.delete(audit);
        keepSoon(prefix + audit, undefined);
      }
    },
  };
}

const write = ({ draft, receipt, ...rest }: Taken): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      ...rest,
      draft: base64(encodeCommandReceipt(draft)),
      ...(receipt && { receipt: base64(receipt) }),
    }),
  );

/** @throws FengsuiError PROTOCOL, SyntaxError */
function read(bytes: Uint8Array): Taken {
  const p = fieldsOf(JSON.parse(Buffer.from(bytes).toString('utf8')), 'kept command');
  const holds = p.has('holds') ? p.fields('holds') : undefined;
  return {
    audit: p.text('audit'),
    digest: p.text('digest'),
    ...(p.has('notAfter') && { notAfter: p.count('notAfter') }),
    draft: decodeCommandReceipt(Buffer.from(p.text('draft'), 'base64')),
    ...(holds && { holds: { device: holds.text('device'), point: holds.text('point') } }),
    ...(p.has('receipt') && { receipt: Uint8Array.from(Buffer.from(p.text('receipt'), 'base64')) }),
  };
}

function readFloor(bytes: Uint8Array | undefined): number {
  const floor = bytes ? Number(Buffer.from(bytes).toString('utf8')) : 0;
  return isNumber(floor) ? floor : 0;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
