import { generateOperatorKey } from '../../../sdk/index.ts';
import { startMosquitto } from '../../support/mosquitto.ts';
import { startChild } from './children.ts';
import type { ConsumerOptions, ConsumerWord, LaneOptions } from './lane-options.ts';

export type ConsumerKillFigures = {
  readonly lost_commits: number;
  readonly consumer_kills: number;
  /** How often the next consumer began with the very alarm that the one before had in its hands. */
  readonly reoffered: number;
  readonly passed_over: number;
  readonly committed_twice: number;
};

/** Gateways whose consumers are killed side by side. */
const chains = 4;
/** Each consumer commits so many before it is killed with the next in its hands. */
const commitsEach = 2;

/** `kill -9` of the SDK’s process between receipt of an alarm and its commit: the next must be offered that one first. */
export async function consumerKills(kills: number): Promise<ConsumerKillFigures> {
  const keys = generateOperatorKey();
  await using broker = await startMosquitto();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const each = Math.ceil(kills / chains);
  const all = await Promise.all(
    Array.from({ length: chains }, (_, i) => chain({ url, town: String(i + 1).padStart(3, '0'), keys, kills: each })),
  );
  const sum = (of: (figures: ConsumerKillFigures) => number): number => all.reduce((s, each) => s + of(each), 0);
  return {
    lost_commits: sum((f) => f.lost_commits),
    consumer_kills: sum((f) => f.consumer_kills),
    reoffered: sum((f) => f.reoffered),
    passed_over: sum((f) => f.passed_over),
    committed_twice: sum((f) => f.committed_twice),
  };
}

type Chain = {
  readonly url: string;
  readonly town: string;
  readonly keys: { readonly publicKey: string; readonly privateKey: string };
  readonly kills: number;
};

async function chain({ url, town, keys, kills }: Chain): Promise<ConsumerKillFigures> {
  const count = (kills + 1) * commitsEach + 10;
  const lane: LaneOptions = { urls: [url], town, gateway: `lane-${town}`, key: keys.publicKey, count, perSecond: 50 };
  await using gateway = startChild('cluster-gateway.js', lane, () => undefined);
  const committed: number[] = [];
  let from: string | undefined;
  let inHand: number | undefined;
  let reoffered = 0;
  let passedOver = 0;
  // One more than kills: it shows what the last left.
  for (let consumer = 0; consumer <= kills; consumer++) {
    const options: ConsumerOptions = {
      url,
      town,
      privateKey: keys.privateKey,
      commits: commitsEach,
      ...(from !== undefined && { from }),
    };
    const got: number[] = [];
    await new Promise<void>((resolve) => {
      const process = startChild('cluster-consumer.js', options, (said) => {
        const word = said as ConsumerWord;
        if ('committed' in word) {
          committed.push(word.committed);
          from = word.cursor;
          return;
        }
        got.push(word.got);
        if (got.length > commitsEach) void process.kill().then(resolve);
      });
    });
    if (inHand !== undefined && got[0] === inHand) reoffered++;
    if (inHand !== undefined && got[0] !== inHand) passedOver++;
    inHand = got.at(-1);
  }
  await gateway.kill();
  const expected = Array.from({ length: (kills + 1) * commitsEach }, (_, i) => i + 1);
  return {
    lost_commits: expected.filter((seq) => !committed.includes(seq)).length,
    consumer_kills: kills,
    reoffered,
    passed_over: passedOver,
    committed_twice: committed.length - new Set(committed).size,
  };
}
