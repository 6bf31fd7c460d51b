import { connect, ed25519Signer, generateOperatorKey } from '../../../sdk/index.ts';
import { type NatsNode, startNats } from '../../support/nats.ts';
import { pause } from '../../support/rig.ts';
import { until } from '../../support/until.ts';
import { startChild } from './children.ts';
import type { LaneOptions } from './lane-options.ts';

export type NodeKillFigures = {
  readonly lost_alarms: number;
  readonly lost_readings: number;
  readonly repeated: number;
  /** Alarms that came after a later one: that one had waited for them for 5 s. */
  readonly late: number;
  /** Of those, which no `gap` event had told as missing. */
  readonly late_untold: number;
  readonly node_kills: number;
  /** Of those, how often the gateway and the SDK both were on the node. */
  readonly kills_of_both: number;
  readonly alarms_and_readings: number;
  readonly longest_gap_s: number;
};

/** Of each lane. */
const perSecond = 20;
const perKill = 250;
/** How long a node stays away. */
const awayMs = 3_000;
const patienceMs = 120_000;

/** Which numbers came, and how. */
function ledger(count: number) {
  const seen = new Set<number>();
  let last = 0;
  const figures = { repeated: 0 };
  const late: number[] = [];
  return {
    figures,
    late,
    note(seq: number) {
      if (seen.has(seq)) figures.repeated++;
      else if (seq < last) late.push(seq);
      seen.add(seq);
      last = Math.max(last, seq);
    },
    missing: () => Array.from({ length: count }, (_, i) => i + 1).filter((seq) => !seen.has(seq)).length,
  };
}

/**
 * `kill -9` of the node of a JetStream cluster of three that the gateway or the SDK is connected to, by turns, while
 * alarms and readings flow; the node comes back after three seconds. Every number must reach the SDK, each once.
 */
export async function nodeKills(kills: number): Promise<NodeKillFigures> {
  const keys = generateOperatorKey();
  await using nats = await startNats(3);
  const urls = nats.nodes.map(({ url }) => url);
  const count = perKill * kills;
  let made = 0;
  const options: LaneOptions = { urls, town: '001', gateway: 'lane-1', key: keys.publicKey, count, perSecond };
  await using fs = await connect({
    url: urls,
    district: '330603',
    signer: ed25519Signer({ keyId: 'trial', privateKey: keys.privateKey }),
    timeoutMs: patienceMs,
  });
  const alarms = ledger(count);
  const readings = ledger(count);
  const told: [number, number][] = [];
  fs.on('gap', ({ lane, reason, from, to }) => {
    if (lane === 'alarm' && reason === 'missing') told.push([from, to]);
  });
  let lastAlarm = performance.now();
  let longestGap = 0;
  const taking = (async () => {
    for await (const { seq, commit } of fs.alarms.stream()) {
      longestGap = Math.max(longestGap, performance.now() - lastAlarm);
      lastAlarm = performance.now();
      alarms.note(seq);
      await commit();
    }
  })();
  const reading = (async () => {
    for await (const { value } of fs.telemetry.stream()) if (Number(value) <= count) readings.note(Number(value));
  })();
  await using gateway = startChild('cluster-gateway.js', options, (word) => {
    if (typeof word === 'object' && word !== null && 'alarms' in word) made = Number(word.alarms);
  });
  await until('alarms flow', () => alarms.missing() < count, patienceMs);
  lastAlarm = performance.now();
  longestGap = 0;
  let both = 0;
  for (let kill = 0; kill < kills; kill++) {
    const [node, isBoth] = await nodeOf(nats.nodes, kill % 2 === 0 ? 'fengsui-' : 'sdk-');
    if (isBoth) both++;
    const before = alarms.missing();
    console.log(`kill -9 of ${node.url} after ${made} alarms${isBoth ? ', of gateway and SDK' : ''}`);
    await node.kill();
    await pause(awayMs);
    await node.start();
    await until('alarms flow again', () => alarms.missing() < before || alarms.missing() === 0, patienceMs);
  }
  await until('all is made', () => made === count, patienceMs);
  await until('all has come', () => alarms.missing() + readings.missing() === 0, patienceMs).catch(() => undefined); // counted below
  await pause(2_000); // for what might come twice
  await fs.close();
  await Promise.all([taking, reading]);
  await gateway.kill();
  return {
    lost_alarms: alarms.missing(),
    lost_readings: readings.missing(),
    repeated: alarms.figures.repeated + readings.figures.repeated,
    late: alarms.late.length,
    late_untold: alarms.late.filter((seq) => !told.some(([from, to]) => from <= seq && seq <= to)).length,
    node_kills: kills,
    kills_of_both: both,
    alarms_and_readings: 2 * count,
    longest_gap_s: Math.round(longestGap / 100) / 10,
  };
}

/** The node that a client whose id begins so is on; and whether both kinds of clients are. */
async function nodeOf(nodes: readonly NatsNode[], client: string): Promise<readonly [NatsNode, boolean]> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    for (const node of nodes) {
      const clients = await node.clients();
      if (clients.some((id) => id.startsWith(client)))
        return [node, ['fengsui-', 'sdk-'].every((kind) => clients.some((id) => id.startsWith(kind)))];
    }
    await pause(100);
  }
  throw new Error(`no node has a client ${client}…`);
}
