import type { WrittenRecord } from '../../../sdk/model/record.ts';
import { type Golden, goldenWire } from './golden-wire.ts';

export type GoldenRecord = Golden & { readonly meaning: { readonly record: WrittenRecord } };

const isOfToday = (each: Golden): each is GoldenRecord =>
  each.age === undefined && each.channel === 'alarm' && 'record' in Object(each.meaning);

/** One record of each kind that a writer of today makes, in log 7 with number 12. */
export const goldenRecords: readonly GoldenRecord[] = goldenWire.filter(isOfToday);
