/** One alarm change as the platform's application got it. */
export type Delivery = {
  readonly log: number;
  readonly seq: number;
  readonly device: string;
  readonly condition: string;
  readonly event: string;
  /** Unix ms: judged by the gateway, and handed to the application. */
  readonly judgedAt: number;
  readonly receivedAt: number;
};

export type Report = {
  /** Alarm changes that the gateway wrote down. */
  readonly judged: number;
  /** What else it wrote down, for the record, and the application got. */
  readonly records: number;
  /** Different ones that the application got. */
  readonly received: number;
  readonly lost: number;
  /** Ones that the application got more than once. */
  readonly repeated: number;
  /** Judgement to application, for what was judged while the network was up. */
  readonly latency_p50_ms: number;
  readonly latency_p99_ms: number;
  /** Change in the field to application, for smoke and call. */
  readonly field_p50_ms: number;
  readonly field_max_ms: number;
  readonly readings: number;
  /** Alarm changes and readings made while the network was down that came after its return. */
  readonly backlog_drained: number;
  /** Incidents that did not go as they should. */
  readonly failed: readonly string[];
};

export interface Ledger {
  received(delivery: Delivery): void;
  /** A record came in the place of an alarm change. */
  recorded(place: Pick<Delivery, 'log' | 'seq'>): void;
  /** @param at Unix ms at which it was read in the field. */
  reading(at: number): void;
  /** Time between a change in the field and its alarm at the application. */
  field(ms: number): void;
  /** The network is cut; comes back; and everybody is connected again, so that latency counts from then on. */
  cut(at: number): void;
  restored(at: number): void;
  connected(at: number): void;
  failed(what: string): void;
  /** Different alarm changes and records that came so far. */
  readonly entries: number;
  /** How many readings came so far. */
  readonly readings: number;
  /** @param entries alarm changes and records that the gateway wrote down. */
  report(entries: number): Report;
}

export function ledger(): Ledger {
  const deliveries: Delivery[] = [];
  const records: Pick<Delivery, 'log' | 'seq'>[] = [];
  const outages: { readonly from: number; restored: number; to: number }[] = [];
  const readAt: number[] = [];
  const fieldTimes: number[] = [];
  const failures: string[] = [];
  return {
    get entries() {
      return distinct(deliveries) + distinct(records);
    },
    get readings() {
      return readAt.length;
    },
    received: (delivery) => void deliveries.push(delivery),
    recorded: (place) => void records.push(place),
    reading: (at) => void readAt.push(at),
    field: (ms) => void fieldTimes.push(ms),
    cut: (from) => void outages.push({ from, restored: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY }),
    restored(at) {
      const last = outages.at(-1);
      if (last) last.restored = at;
    },
    connected(at) {
      const last = outages.at(-1);
      if (last) last.to = at;
    },
    failed: (what) => void failures.push(what),
    report(entries) {
      const received = distinct(deliveries);
      const recorded = distinct(records);
      const judged = entries - recorded;
      const during = (at: number): boolean => outages.some(({ from, to }) => at >= from && at <= to);
      const waited = (at: number): boolean => outages.some(({ from, restored }) => at >= from && at <= restored);
      const latencies = deliveries.filter((d) => !during(d.judgedAt)).map((d) => d.receivedAt - d.judgedAt);
      return {
        judged,
        records: recorded,
        received,
        lost: judged - received,
        repeated: deliveries.length + records.length - received - recorded,
        latency_p50_ms: quantile(latencies, 0.5),
        latency_p99_ms: quantile(latencies, 0.99),
        field_p50_ms: quantile(fieldTimes, 0.5),
        field_max_ms: quantile(fieldTimes, 1),
        readings: readAt.length,
        backlog_drained: deliveries.filter((d) => waited(d.judgedAt)).length + readAt.filter(waited).length,
        failed: failures,
      };
    },
  };
}

const distinct = (places: readonly Pick<Delivery, 'log' | 'seq'>[]): number =>
  new Set(places.map(({ log, seq }) => `${log}/${seq}`)).size;

/** Nearest rank; 0 where there is nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
