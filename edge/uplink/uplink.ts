import { describeError } from '../../sdk/model/errors.ts';
import { seconds } from '../../sdk/model/time.ts';
import { encodePresence } from '../../sdk/wire/gateway-state.ts';
import { type Site, topicOf } from '../../sdk/wire/topics.ts';
import type { Journal, Lane, Seq } from '../journal/journal.ts';
import type { Clock } from '../platform/clock.ts';
import { type Log, onChange } from '../platform/log.ts';
import { alarmDrain } from './alarm-drain.ts';
import type { DeliveryWatch } from './delivery-watch.ts';
import { type Channel, documentDesk } from './document-desk.ts';
import { inbox } from './inbox.ts';
import { type LinkOptions, mqttLink } from './mqtt-link.ts';
import type { RequestDesk } from './request-desk.ts';
import { telemetryDrain } from './telemetry-drain.ts';

export type UplinkOptions = Pick<LinkOptions, 'urls' | 'credentials'> & {
  /** Names the cursors in the journal: the same name, the same place in the queue. */
  readonly id: string;
  readonly site: Site;
  readonly boot: number;
  /** Whether anybody could sign receipts for alarms. */
  readonly awaitsReceipts: boolean;
  /** It stands in for another: it brings alarms, and leaves readings to that one. */
  readonly alarmsOnly?: boolean;
  /** Told when the connection is up, and when it is not, or could not be made. */
  readonly onLink?: ((up: boolean) => void) | undefined;
};

export type UplinkContext = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly desk: RequestDesk;
  /** A retained document as it is now. */
  readonly document: (channel: Channel) => Uint8Array;
  /** The present value of every point, as messages; `seq`: the last entry of readings before them. */
  readonly present: (seq: Seq) => readonly Uint8Array[];
  readonly watch: DeliveryWatch;
};

export interface Uplink {
  readonly up: boolean;
  /** How many entries this destination has not taken for good. */
  backlog(lane: Lane): number;
  /** A lane has a new entry. */
  wake(lane: Lane): void;
  /** A retained document changed; without a connection it is sent with the next. */
  show(channel: Channel): void;
  /** See {@link AlarmDrain.delivered}. */
  delivered(upTo: Seq): void;
  /** See {@link AlarmDrain.resume}. */
  resume(): number;
  /** See {@link Link.reconnect}. */
  reconnect(why: string): void;
  run(signal: AbortSignal): Promise<void>;
}

/** A cluster that has just lost a node may pass a retained message on and not keep it (NATS 2.9.10): whoever comes later would not be told. */
const presenceAgainAfter = seconds(30);

/** One destination of this gateway: its connection, its two drains, its requests. */
export function uplink(options: UplinkOptions, ctx: UplinkContext): Uplink {
  const log = ctx.log.child({ uplink: options.id });
  const topic = {
    presence: topicOf(options.site, 'presence'),
    state: topicOf(options.site, 'state'),
    points: topicOf(options.site, 'points'),
    alarm: topicOf(options.site, 'alarm'),
    telemetry: topicOf(options.site, 'telemetry'),
    request: topicOf(options.site, 'request'),
    receipt: topicOf(options.site, 'receipt'),
  };
  const presence = (online: boolean): Uint8Array => encodePresence({ online, boot: options.boot });
  const link = mqttLink(
    {
      urls: options.urls,
      credentials: options.credentials,
      clientId: `fengsui-${options.site.district}-${options.site.gateway}`,
      will: { topic: topic.presence, payload: presence(false) },
      subscribe: [topic.request, topic.receipt],
      isUrgent: () => backlog('alarm') > 0,
    },
    { ...ctx, log },
  );
  const drain = { destination: options.id, journal: ctx.journal, clock: ctx.clock, log, isUp: () => link.up };
  const alarms = alarmDrain({
    ...drain,
    publish: (body) => link.publish(topic.alarm, body),
    onCaughtUp: () => {
      documents.wake();
      telemetry.wake();
    },
    awaitsReceipts: options.awaitsReceipts,
    watch: ctx.watch,
  });
  const documents = documentDesk({
    clock: ctx.clock,
    log,
    document: ctx.document,
    publish: (channel, document) => link.publish(topic[channel], document, true),
    mayUse: () => link.up && alarms.caughtUp,
    onFree: () => telemetry.wake(),
  });
  const telemetry = telemetryDrain({
    ...drain,
    publish: (body) => link.publish(topic.telemetry, body),
    mayUse: () => options.alarmsOnly !== true && alarms.caughtUp && !documents.isBusy,
    present: ctx.present,
    roundTrip: () => link.roundTrip,
  });
  const backlog = (lane: Lane): number => {
    const { cursor } = lane === 'alarm' ? alarms : telemetry;
    return Math.max(0, ctx.journal.status().lanes[lane].last - cursor);
  };
  const publish = (to: string, payload: Uint8Array, retain: boolean): void => {
    link
      .publish(to, payload, retain)
      .catch((e: unknown) => log.warn('uplink.not-taken', { topic: to, why: describeError(e) }));
  };
  /** Each broker's own trouble, once an outage. */
  const noteDown = new Map(
    options.urls.map((url) => [url, onChange<string>((why) => why !== '' && log.warn('uplink.down', { url, why }))]),
  );

  return {
    get up() {
      return link.up;
    },
    backlog,
    wake: (lane) => (lane === 'alarm' ? alarms.wake() : telemetry.wake()),
    show: (channel) => link.up && documents.show(channel),
    delivered: (upTo) => alarms.delivered(upTo),
    resume: () => alarms.resume(),
    reconnect: (why) => link.reconnect(why),
    async run(signal) {
      const received = inbox({
        desk: ctx.desk,
        clock: ctx.clock,
        log,
        reply: (client, body) => link.publish(topicOf(options.site, 'reply', client), body),
        taken(receipt) {
          alarms.receipt(receipt);
          telemetry.wake();
        },
      });
      let sayAgain = (): void => undefined;
      const listener = {
        up: () => {
          options.onLink?.(true);
          for (const note of noteDown.values()) note('');
          publish(topic.presence, presence(true), true);
          sayAgain = ctx.clock.after(presenceAgainAfter, () => publish(topic.presence, presence(true), true));
          // Before the alarms: it says how stamps of a wrong clock lie in right time.
          publish(topic.state, ctx.document('state'), true);
          alarms.resume();
          documents.show('points');
          telemetry.linkUp();
        },
        down: (why: string, url: string) => {
          sayAgain();
          documents.linkDown();
          telemetry.linkDown();
          options.onLink?.(false);
          noteDown.get(url)?.(why);
        },
        message: (to: string, payload: Uint8Array) =>
          to === topic.request ? received.request(to, payload) : received.receipt(to, payload),
      };
      const farewell = (): Promise<void> => link.publish(topic.presence, presence(false), true);
      await Promise.all([link.run(listener, signal, farewell), alarms.run(signal), telemetry.run(signal)]);
      sayAgain();
      documents.linkDown();
      received.end();
    },
  };
}
