import { encodeTelemetry } from '../../sdk/wire/telemetry.ts';
import { alarmBytes, type FakeGateway, fakeGateway, sample } from './fake-gateway.ts';

/** A gateway that keeps what it sends, as the journal does: alarms until they are receipted, telemetry for ever. */
export type LaneGateway = FakeGateway & {
  /** Makes the next alarm and sends it. */
  readonly raise: () => Promise<void>;
  /** Makes the next telemetry entry and sends it; its one reading is its number in thousandths. */
  readonly read: () => Promise<void>;
  /** How many entries of telemetry it has made. */
  readonly entries: () => number;
  /** Numbers of alarms that were receipted. */
  readonly receipted: () => ReadonlySet<number>;
};

export async function laneGateway(options: Parameters<typeof fakeGateway>[0]): Promise<LaneGateway> {
  const gateway = await fakeGateway(options);
  const alarms: Uint8Array[] = [];
  const telemetry: Uint8Array[] = [];
  const receipted = (): ReadonlySet<number> => {
    const all = gateway.receipts.flatMap(({ ranges }) => ranges);
    return new Set(all.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)));
  };
  gateway.answers.set('resume', () => {
    const taken = receipted();
    const waiting = alarms.flatMap((bytes, i) => (taken.has(i + 1) ? [] : [{ seq: i + 1, bytes }]));
    gateway.lane.journal = waiting.map(({ bytes }) => bytes);
    return { log: gateway.lane.log, next: waiting[0]?.seq ?? alarms.length + 1 };
  });
  gateway.answers.set('batches', ({ params }) => {
    const { after, upTo } = params as { after: number; upTo: number };
    return { batches: telemetry.slice(after, upTo).slice(0, 20) };
  });
  return {
    ...gateway,
    receipted,
    entries: () => telemetry.length,
    async raise() {
      const seq = alarms.push(alarmBytes(alarms.length + 1));
      await gateway.alarm(seq);
    },
    async read() {
      const seq = telemetry.length + 1;
      const head = { log: gateway.lane.log, seq, boot: 1, trust: 'synced', table: gateway.table.hash } as const;
      const bytes = encodeTelemetry(head, gateway.table, [sample(0, seq / 1_000)]);
      telemetry.push(bytes);
      await gateway.publish('telemetry', bytes);
    },
  };
}
