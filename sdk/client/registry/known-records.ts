import type { GatewayRecord } from '../../store/platform-store.ts';
import type { DesiredBook } from '../desired/desired-book.ts';

/** The registry as it was last read. */
export type KnownRecords = {
  readonly of: (gateway: string) => GatewayRecord | undefined;
  readonly all: () => readonly GatewayRecord[];
  /** A record is new or another one; returns the function that ends it. */
  readonly onChange: (changed: (record: GatewayRecord) => void) => () => void;
};

export const knownRecords = (book: DesiredBook): KnownRecords => ({
  of: book.record,
  all: book.records,
  onChange(changed) {
    const etags = new Map(book.records().map(({ gateway, etag }) => [gateway, etag]));
    return book.changes.add((gateway) => {
      const record = book.record(gateway);
      if (!record || etags.get(gateway) === record.etag) return;
      etags.set(gateway, record.etag);
      changed(record);
    });
  },
});
