import type { HistoryBucket } from '../../../sdk/client/history-bucket.ts';
import type { PointReading } from '../../../sdk/client/reading.ts';

export type ReadingItem = { readonly kind: 'reading' } & PointReading;
export type BucketItem = { readonly kind: 'bucket' } & HistoryBucket;
export type HistoryItem = ReadingItem | BucketItem;

/** A text in pieces: `head`, any number of `items`, `tail`. */
export type HistoryOutput = {
  head(): string;
  items(items: readonly HistoryItem[]): string;
  tail(count: number): string;
};
