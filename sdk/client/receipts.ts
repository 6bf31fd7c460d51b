import { FengsuiError } from '../model/errors.ts';
import { encodeReceipt } from '../wire/receipt.ts';
import { type Signer, sign1 } from '../wire/sign1.ts';
import { type Site, siteKey, topicOf } from '../wire/topics.ts';
import { atMost } from './at-most.ts';
import { addRange, joinRanges, type Ranges } from './ranges.ts';

/** Tells gateways which alarm changes were taken for good. */
export type Receipts = {
  /** Goes out with whatever else is due for the same gateway within {@link gatherMs}. `heldMs`: how long the application had it. */
  readonly note: (site: Site, log: number, ranges: Ranges, heldMs?: number) => void;
  /** Sends what is due now. */
  readonly flush: () => Promise<void>;
};

export type ReceiptsContext = {
  readonly signer: Signer | undefined;
  readonly send: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly problem: (error: FengsuiError) => void;
};

/** Commits of one gateway that fall into this time travel as one receipt. */
export const gatherMs = 50;
/** Keeps a receipt far below the size that gateways accept. */
const rangesPerReceipt = 1_000;
/** Gateways whose receipts are on their way at once. */
const atOnce = 32;

type Due = { readonly site: Site; readonly log: number; ranges: Ranges; heldMs?: number };

/**
 * A receipt that does not reach the gateway does no harm: the gateway sends the change again, and whoever has taken
 * it receipts it again. So nothing is kept here while the broker is away.
 */
export function receipts({ signer, send, problem }: ReceiptsContext): Receipts {
  const due = new Map<string, Due>();
  let timer: NodeJS.Timeout | undefined;

  const sendOne = async ({ site, log, ranges, heldMs }: Due, by: Signer): Promise<void> => {
    const topic = topicOf(site, 'receipt');
    for (let i = 0; i < ranges.length; i += rangesPerReceipt) {
      const some = ranges.slice(i, i + rangesPerReceipt);
      const payload = encodeReceipt({ log, ranges: some, ...(heldMs !== undefined && { heldMs }) });
      await send(topic, await sign1(payload, topic, by));
    }
  };
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const batch = [...due.values()];
    due.clear();
    if (!signer) return;
    const few = atMost(atOnce);
    await Promise.all(
      batch.map((one) => few(() => sendOne(one, signer)).catch((cause: unknown) => unsent(one.site, cause))),
    );
  };
  const unsent = ({ gateway }: Site, cause: unknown): void => {
    if (FengsuiError.is(cause, 'UNAVAILABLE')) return; // told by `status`; repeated after the next resume
    problem(
      new FengsuiError(
        'UNAVAILABLE',
        `a receipt for gateway ${gateway} could not be sent; it is repeated when the gateway sends the alarms again`,
        { cause },
      ),
    );
  };
  return {
    note(site, log, ranges, heldMs) {
      if (!signer || ranges.length === 0) return;
      const name = `${siteKey(site)}/${log}`;
      const known = due.get(name) ?? { site, log, ranges: [] };
      known.ranges = joinRanges(known.ranges, ranges.reduce<Ranges>(addRange, []));
      if (heldMs !== undefined) known.heldMs = Math.max(known.heldMs ?? 0, Math.round(heldMs));
      due.set(name, known);
      timer ??= setTimeout(() => void flush(), gatherMs);
    },
    flush,
  };
}
