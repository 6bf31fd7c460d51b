import { FengsuiError } from '../../model/errors.ts';
import { type CallOptions, within } from '../time-limit.ts';
import { problemText } from './check-spec.ts';
import type { DesiredView, WantedOf } from './desired-view.ts';
import { onSite } from './take-over.ts';

/** A gateway, or one device of it. */
export type SyncTarget = string | { readonly gateway: string; readonly device: string };

/** A gateway may be offline for days; whoever waits for it longer says so. */
const defaultMs = 300_000;

export type WhenSyncedContext = {
  readonly view: DesiredView;
  /** Calls back whenever something may have changed; returns the function that ends it. */
  readonly onChange: (check: () => void) => () => void;
  readonly closed: AbortSignal;
};

/** @throws FengsuiError INVALID | CONFLICT | NOT_FOUND | TIMEOUT | ABORTED, see `devices.whenSynced` */
export async function whenSynced(
  { view, onChange, closed }: WhenSyncedContext,
  target: SyncTarget,
  options: CallOptions,
): Promise<WantedOf> {
  const { gateway, device } = typeof target === 'string' ? { gateway: target, device: undefined } : target;
  const ms = options.timeoutMs ?? defaultMs;
  const late = (): FengsuiError => {
    const wanted = view.of(gateway);
    const why = wanted && wanted.problems.length > 0 ? `; ${problemText(wanted.problems)}` : '';
    return new FengsuiError('TIMEOUT', `gateway “${gateway}” is ${wanted?.sync ?? 'unknown'} after ${ms} ms${why}`, {
      details: { gateway, ...(wanted && { sync: wanted.sync, problems: wanted.problems }) },
    });
  };
  let stop = (): void => undefined;
  try {
    return await within(
      { ms, signals: [options.signal, closed], late },
      () =>
        new Promise<WantedOf>((resolve, reject) => {
          const check = (): void => {
            try {
              const settled = verdictOn(view, gateway, device);
              if (settled) resolve(settled);
            } catch (e) {
              reject(e instanceof Error ? e : new FengsuiError('PROTOCOL', String(e)));
            }
          };
          stop = onChange(check);
          check();
        }),
    );
  } finally {
    stop();
  }
}

/** Undefined while it is not settled. @throws FengsuiError when it never will be as it is */
function verdictOn(view: DesiredView, gateway: string, device: string | undefined): WantedOf | undefined {
  const wanted = view.of(gateway);
  if (!wanted)
    throw new FengsuiError('NOT_FOUND', `nothing is wanted of gateway “${gateway}”`, { details: { gateway } });
  const { sync, problems, conflicts, version, by } = wanted;
  if (sync === 'rejected')
    throw new FengsuiError(
      'INVALID',
      `gateway “${gateway}” has rejected version ${version}: ${problemText(problems) || 'it does not say why'}`,
      { details: { gateway, version, problems } },
    );
  if (sync !== 'in-sync') return undefined;
  // What came from the site after a conflict is no answer to it: somebody at the platform has to look.
  const met = conflicts.filter(
    (one) =>
      one.kept === 'on-site' &&
      (device === undefined || one.device === device) &&
      (one.version === version || by === onSite),
  );
  if (met.length > 0)
    throw new FengsuiError(
      'CONFLICT',
      `gateway “${gateway}” keeps what was changed on site: ${met.map((one) => `${one.device} ${one.field ?? ''}`.trim()).join(', ')}`,
      { details: { gateway, version, conflicts: met } },
    );
  return wanted;
}
