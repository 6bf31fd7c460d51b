import { type Site, siteKey } from '../wire/topics.ts';
import type { DistrictView } from './district-view.ts';
import type { LiveStream, StreamOptions } from './live-stream.ts';
import { addRange, inRanges, type Ranges } from './ranges.ts';
import { type Audit, type GatewayRecord, type Linkage, recordOf } from './record.ts';

export type RecordFilter = {
  readonly gateway?: string | undefined;
  /** `linkage`: what outputs were told, and that they did it; `audit`: who did what on the gateway. Both unless given. */
  readonly kind?: GatewayRecord['kind'] | undefined;
};

/** What gateways write for the record, beside their alarms. */
export type Records = {
  /**
   * Records as they come in, each once; what a gateway could not send during an outage comes late, with its own time. For
   * whoever watches: nothing is taken for good. To store them, take them with the alarms: `alarms.stream({ records: true })`.
   * @throws FengsuiError INVALID | ABORTED
   */
  readonly stream: {
    (filter: RecordFilter & { readonly kind: 'linkage' }, options?: StreamOptions): LiveStream<Linkage>;
    (filter: RecordFilter & { readonly kind: 'audit' }, options?: StreamOptions): LiveStream<Audit>;
    (filter?: RecordFilter, options?: StreamOptions): LiveStream<GatewayRecord>;
  };
};

export type RecordsContext = Pick<DistrictView, 'directory' | 'alarms'> & {
  readonly open: <T extends object>(
    options: StreamOptions,
    start: (push: (item: T) => void) => () => void,
  ) => LiveStream<T>;
};

export function records({ directory, alarms, open }: RecordsContext): Records {
  const all = ({ gateway, kind }: RecordFilter, push: (record: GatewayRecord) => void): (() => void) => {
    const isNew = newEntries();
    return alarms.add(({ site, message }) => {
      if (!isNew(site, message.log, message.seq) || !('record' in message)) return;
      if ((gateway ?? site.gateway) !== site.gateway || (kind ?? message.record.kind) !== message.record.kind) return;
      push(recordOf(site.gateway, message.record, directory.at(site)?.state?.clocks ?? []));
    });
  };
  function stream(filter: { kind: 'linkage' }, options?: StreamOptions): LiveStream<Linkage>;
  function stream(filter: { kind: 'audit' }, options?: StreamOptions): LiveStream<Audit>;
  function stream(filter?: RecordFilter, options?: StreamOptions): LiveStream<GatewayRecord>;
  function stream(filter: RecordFilter = {}, options: StreamOptions = {}): LiveStream<GatewayRecord> {
    return open<GatewayRecord>(options, (push) => all(filter, push));
  }
  return { stream };
}

/** Of more holes than this the oldest is closed: a record that comes so late is passed over. */
const mostHoles = 1_000;

/**
 * Remembers what came by ranges of numbers: gateways send again what no application has receipted. Of each gateway only
 * the journal it told of last: one that names another with every message must not fill the memory.
 */
function newEntries(): (site: Site, log: number, seq: number) => boolean {
  const seen = new Map<string, { readonly log: number; readonly ranges: Ranges }>();
  return (site, log, seq) => {
    const known = seen.get(siteKey(site));
    const before = known?.log === log ? known.ranges : [];
    if (inRanges(before, seq)) return false;
    seen.set(siteKey(site), { log, ranges: bounded(addRange(before, [seq, seq])) });
    return true;
  };
}

function bounded(ranges: Ranges): Ranges {
  const [first, second, ...rest] = ranges;
  return first && second && ranges.length > mostHoles ? [[first[0], second[1]], ...rest] : ranges;
}
