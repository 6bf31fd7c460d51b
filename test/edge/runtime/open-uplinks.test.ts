import { connectAsync } from 'mqtt';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../edge/journal/journal.ts';
import { openJournal } from '../../../edge/journal/open-journal.ts';
import { systemClock } from '../../../edge/platform/clock.ts';
import { deliveryDesk } from '../../../edge/runtime/delivery/delivery-desk.ts';
import { openUplinks } from '../../../edge/runtime/open-uplinks.ts';
import { placeUplink } from '../../../edge/runtime/place-uplink.ts';
import { deviceId } from '../../../sdk/model/ids.ts';
import { wallTime } from '../../../sdk/model/time.ts';
import { hearEntry } from '../../../sdk/wire/lane-entry.ts';
import { pointTable } from '../../../sdk/wire/point-table.ts';
import { encodeTelemetry, openTelemetry } from '../../../sdk/wire/telemetry.ts';
import { topicOf } from '../../../sdk/wire/topics.ts';
import { type Broker, startBroker } from '../../../simulators/broker/start-broker.ts';
import { closedAfterEach } from '../../support/closed-after-each.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { alarmBytes, sample } from '../../support/fake-gateway.ts';
import { journalDirectory } from '../../support/journal-directory.ts';
import { memoryDisk, memoryJournal } from '../../support/memory-journal.ts';
import { freePort } from '../../support/mosquitto.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { head, siteOf } from '../../support/site-yaml.ts';
import { until } from '../../support/until.ts';

const table = pointTable([{ device: deviceId('gate'), point: 'pressure', unit: 'MPa', resolution: 0.001 }]);
const appendAlarm = (journal: Journal) => journal.append('alarm', wallTime(1), (seq) => alarmBytes(seq, journal.id));
const appendReadings = (journal: Journal) =>
  journal.append('telemetry', wallTime(1), (seq) =>
    encodeTelemetry({ log: journal.id, seq, boot: 1, trust: 'synced', table: table.hash }, table, [sample(0, 0.3)]),
  );

let directory: ReturnType<typeof journalDirectory>;
let broker: Broker;
let nowhere: number;
const own = closedAfterEach();

beforeEach(async () => {
  directory = own(journalDirectory());
  broker = own(await startBroker());
  nowhere = await freePort();
});

type Config = { readonly id: string; readonly port: number; readonly startAt?: string };

/** One life of a gateway on this journal, without operators: what the broker takes counts as taken. */
async function life(uplinks: readonly Config[], work: (journal: Journal) => Promise<void>): Promise<void> {
  const yaml = uplinks.map(
    ({ id, port, startAt }) =>
      `  - { id: ${id}, url: "mqtt://127.0.0.1:${port}"${startAt === undefined ? '' : `, startAt: ${startAt}`} }\n`,
  );
  const site = siteOf(`${head}uplinks:${uplinks.length > 0 ? `\n${yaml.join('')}` : ' []\n'}`);
  await using journal = await openJournal(directory.options);
  const clock = systemClock('synced');
  const delivery = deliveryDesk({
    journal,
    clock,
    log: recordingLog(),
    within: site.receiptWithin,
    onUrgent: () => set.wakeStandby('unless-connected'),
    onLate: () => undefined,
  });
  const set = await openUplinks(site, {
    journal,
    clock,
    log: recordingLog(),
    boot: 1,
    document: () => Uint8Array.of(0),
    present: () => [],
    onCommand: () => undefined,
    delivery,
    handlersFor: () => ({ query: async () => null, command: async () => null, invoke: async () => null }),
    trialFor: () => undefined,
  });
  const stop = new AbortController();
  const running = set.run(stop.signal);
  const appended: Journal = {
    ...journal,
    append: async (...args) => {
      const seq = await journal.append(...args);
      set.wake(args[0]);
      return seq;
    },
  };
  try {
    await work(appended);
  } finally {
    stop.abort(new Error('the life is over'));
    await running;
  }
}

/** What a broker was sent from now on. */
async function listen(port = broker.port) {
  const alarms: number[] = [];
  const telemetry: number[] = [];
  const { address } = siteOf(head);
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${port}`);
  mqtt.on('message', (topic, bytes) => {
    if (topic === topicOf(address, 'alarm')) alarms.push(hearEntry(bytes).seq);
    else telemetry.push(openTelemetry(bytes).seq);
  });
  await mqtt.subscribeAsync([topicOf(address, 'alarm'), topicOf(address, 'telemetry')], { qos: 1 });
  own({ [Symbol.asyncDispose]: () => mqtt.endAsync(true) });
  return { alarms, telemetry, has: (seq: number) => alarms.includes(seq) && telemetry.includes(seq) };
}

const append = async (journal: Journal, count: number): Promise<void> => {
  for (let n = 0; n < count; n++) {
    await appendAlarm(journal);
    await appendReadings(journal);
  }
};
const taken = async (journal: Journal, id: string): Promise<readonly number[]> => [
  await journal.cursor(id, 'alarm'),
  await journal.cursor(id, 'telemetry'),
];
/** The broker’s word has reached the journal, so that an end now repeats nothing. */
const untilTaken = async (journal: Journal, id: string, seq: number): Promise<void> => {
  while ((await taken(journal, id)).some((cursor) => cursor < seq)) await new Promise((r) => setTimeout(r, 10));
};

describe('an uplink', { timeout: 30_000 }, () => {
  it.each<[startAt: string | undefined, seqs: readonly number[]]>([
    [undefined, [1, 2, 3, 4]],
    ['stored', [1, 2, 3, 4]],
    ['now', [4]],
  ])('that is added later with startAt %s is sent %j', async (startAt, seqs) => {
    await life([{ id: 'a', port: nowhere }], (journal) => append(journal, 3));
    const heard = await listen();
    await life(
      [
        { id: 'a', port: nowhere },
        { id: 'b', port: broker.port, ...(startAt !== undefined && { startAt }) },
      ],
      async (journal) => {
        await append(journal, 1);
        await until('the newest has come', () => heard.has(4));
      },
    );
    expect([heard.alarms, heard.telemetry]).toEqual([seqs, seqs]);
  });

  it('that began “now” and could not connect loses nothing at the next start', async () => {
    const b = { id: 'b', startAt: 'now' };
    await life([], (journal) => append(journal, 2));
    await life([{ ...b, port: nowhere }], (journal) => append(journal, 2));
    const heard = await listen();
    await life([{ ...b, port: broker.port }], () => until('the newest has come', () => heard.has(4)));
    expect([heard.alarms, heard.telemetry]).toEqual([
      [3, 4],
      [3, 4],
    ]);
  });

  it('that began “now” on an empty journal loses nothing either', async () => {
    const b = { id: 'b', startAt: 'now' };
    await life([{ ...b, port: nowhere }], (journal) => append(journal, 2));
    const heard = await listen();
    await life([{ ...b, port: broker.port }], () => until('the newest has come', () => heard.has(2)));
    expect(heard.alarms).toEqual([1, 2]);
  });

  it('that is taken out and put in again goes on where it was', async () => {
    const a = { id: 'a', port: broker.port };
    await life([a], async (journal) => {
      await append(journal, 2);
      await untilTaken(journal, 'a', 2);
    });
    await life([], (journal) => append(journal, 2));
    const heard = await listen();
    await life([{ ...a, startAt: 'now' }], () => until('the newest has come', () => heard.has(4)));
    expect([heard.alarms, heard.telemetry]).toEqual([
      [3, 4],
      [3, 4],
    ]);
  });

  it('at another address goes on where it was', async () => {
    const other = own(await startBroker());
    await life([{ id: 'a', port: broker.port }], async (journal) => {
      await append(journal, 2);
      await untilTaken(journal, 'a', 2);
    });
    const heard = await listen(other.port);
    await life([{ id: 'a', port: other.port }], async (journal) => {
      expect(await taken(journal, 'a')).toEqual([2, 2]);
      await append(journal, 1);
      await until('the newest has come', () => heard.has(3));
    });
    expect(heard.alarms).toEqual([3]);
  });

  it('by another name is another one, and the place of the first stays', async () => {
    await life([{ id: 'a', port: broker.port }], async (journal) => {
      await append(journal, 2);
      await untilTaken(journal, 'a', 2);
    });
    const heard = await listen();
    await life([{ id: 'b', port: broker.port }], async (journal) => {
      await until('all has come', () => heard.has(2));
      expect(await taken(journal, 'a')).toEqual([2, 2]);
    });
    expect(heard.alarms).toEqual([1, 2]);
  });
});

describe('the place of an uplink', () => {
  const parts = (journal: Journal) => ({ journal, clock: systemClock('synced'), log: recordingLog() });

  it('keeps what it has not taken, though it has never been heard of and others have taken all', async () => {
    await using journal = await openJournal(directory.options);
    for (const id of ['a', 'b']) await placeUplink({ id, startAt: 'stored' }, parts(journal));
    await Promise.all(Array.from({ length: 1_100 }, () => appendAlarm(journal)));
    await journal.acknowledge('a', 'alarm', 1_100);
    for (let n = 0; n < 5; n++) await appendAlarm(journal);
    expect((await journal.read('alarm', 0, 1)).map(({ seq }) => seq)).toEqual([1]);
    await journal.acknowledge('b', 'alarm', 1_100);
    await appendAlarm(journal);
    expect((await journal.read('alarm', 0, 1)).map(({ seq }) => seq)).not.toEqual([1]);
  });

  it('of one that was there before places were kept is where its cursor is', async () => {
    const journal = memoryJournal();
    await append(journal, 3);
    await journal.acknowledge('old', 'alarm', 1);
    await placeUplink({ id: 'old', startAt: 'now' }, parts(journal));
    expect(await taken(journal, 'old')).toEqual([1, 0]);
  });

  it('does not keep the gateway from starting on a disk that takes nothing', async () => {
    const disk = memoryDisk();
    disk.fail('the disk is full');
    const clock = fakeClock();
    const log = recordingLog();
    const placed = placeUplink({ id: 'new', startAt: 'stored' }, { journal: memoryJournal(disk), clock, log });
    await clock.advance(2_000);
    await placed;
    expect(log.lines).toMatchObject([{ event: 'uplink.not-placed', fields: { uplink: 'new' } }]);
  });
});
