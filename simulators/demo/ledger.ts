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
  /** Most alarm changes and batches of readings that waited in the gateway while the network was down. */
  readonly backlog_drained: number;
  /** Incidents that did not go as they should. */
  readonly failed: readonly string[];
};

export interface Ledger {
  received(delivery: Delivery): void;
  reading(): void;
  /** Time between a change in the field and its alarm at the application. */
  field(ms: number): void;
  /** What is judged from now on counts for latency, or does not. */
  network(up: boolean, at: number): void;
  backlog(entries: number): void;
  failed(what: string): void;
  readonly deliveries: readonly Delivery[];
  report(judged: number): Report;
}

export function ledger(): Ledger {
  const deliveries: Delivery[] = [];
  const outages: { from: number; to: number }[] = [];
  const fieldTimes: number[] = [];
  const failures: string[] = [];
  let readings = 0;
  let backlog = 0;
  return {
    deliveries,
    received: (delivery) => void deliveries.push(delivery),
    reading: () => {
      readings++;
    },
    field: (ms) => void fieldTimes.push(ms),
    network(up, at) {
      const last = outages.at(-1);
      if (!up) outages.push({ from: at, to: Number.POSITIVE_INFINITY });
      else if (last) last.to = at;
    },
    backlog: (entries) => {
      backlog = Math.max(backlog, entries);
    },
    failed: (what) => void failures.push(what),
    report(judged) {
      const distinct = new Set(deliveries.map((d) => `${d.log}/${d.seq}`)).size;
      const during = (at: number): boolean => outages.some(({ from, to }) => at >= from && at <= to);
      const latencies = deliveries.filter((d) => !during(d.judgedAt)).map((d) => d.receivedAt - d.judgedAt);
      return {
        judged,
        received: distinct,
        lost: judged - distinct,
        repeated: deliveries.length - distinct,
        latency_p50_ms: quantile(latencies, 0.5),
        latency_p99_ms: quantile(latencies, 0.99),
        field_p50_ms: quantile(fieldTimes, 0.5),
        field_max_ms: quantile(fieldTimes, 1),
        readings,
        backlog_drained: backlog,
        failed: failures,
      };
    },
  };
}

/** Nearest rank; 0 where there is nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
