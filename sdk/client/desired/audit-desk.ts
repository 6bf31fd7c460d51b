import { randomUUID } from 'node:crypto';
import { FengsuiError } from '../../model/errors.ts';
import type { AuditLog, Json } from '../../store/platform-store.ts';
import { within } from '../time-limit.ts';

/** Something that was done through this client. */
export type Act = {
  /** The call, e.g. `devices.provision`. */
  readonly act: string;
  /** The person; the client's operator or the name of its key unless given. */
  readonly who?: string | undefined;
  readonly gateway?: string | undefined;
  readonly device?: string | undefined;
  readonly detail?: Json | undefined;
  /** Names the entry where several processes may write it; else it gets a name of its own. */
  readonly id?: string | undefined;
};

/** Writes down who did what. */
export type AuditDesk = {
  /** Who acts where a call names nobody. */
  readonly who: string;
  /** Never rejects: what cannot be written down is told by an `error` event, and the act stays done. */
  readonly note: (act: Act, outcome?: string) => Promise<void>;
  /** Does it, and writes down that it was done or by which code it was refused. */
  readonly of: <T>(act: Act, work: () => Promise<T>) => Promise<T>;
};

/** What is done must not wait for long for a store that does not answer. */
const noteMs = 5_000;

/** @param who the client's operator, or else the name of its key. */
export function auditDesk(log: AuditLog, who: string, problem: (error: unknown) => void): AuditDesk {
  const note: AuditDesk['note'] = async ({ act, gateway, device, detail, id, ...of }, outcome = 'done') => {
    const place = { ...(gateway !== undefined && { gateway }), ...(device !== undefined && { device }) };
    const entry = { id: id ?? randomUUID(), at: new Date(), who: of.who ?? who, act, ...place, outcome };
    const late = (): FengsuiError =>
      new FengsuiError(
        'TIMEOUT',
        `${act} by ${entry.who}${gateway === undefined ? '' : ` on ${gateway}`} (${outcome}) may not stand in the audit: the store did not answer within ${noteMs} ms`,
      );
    const write = (signal: AbortSignal): Promise<unknown> =>
      log.append({ ...entry, ...(detail !== undefined && { detail }) }, { signal });
    await within({ ms: noteMs, signals: [], late }, write).catch(problem);
  };
  return {
    who,
    note,
    async of(act, work) {
      try {
        const done = await work();
        await note(act);
        return done;
      } catch (e) {
        await note(act, FengsuiError.is(e) ? e.code : 'PROTOCOL');
        throw e;
      }
    },
  };
}
