import type { Receipt } from '../../sdk/wire/receipt.ts';
import type { Seq } from '../journal/journal.ts';

/** Hears how far each entry of the alarm lane has come on its way to one destination. */
export type DeliveryWatch = {
  /** It was handed to the link; told again when it is sent again. */
  readonly sent: (seq: Seq) => void;
  /** The broker has it. */
  readonly taken: (seq: Seq) => void;
  /** The application has it for good, or where nobody can sign receipts, the broker. The ranges may name what was never sent. */
  readonly received: (receipt: Pick<Receipt, 'ranges' | 'heldMs'>) => void;
};
