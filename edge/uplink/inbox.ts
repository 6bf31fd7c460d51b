import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import type { Receipt } from '../../sdk/wire/receipt.ts';
import { encodeReply } from '../../sdk/wire/request.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fields, Log } from '../platform/log.ts';
import { sparingly } from '../platform/sparingly.ts';
import type { RequestDesk } from './request-desk.ts';

/** Whatever the broker brings to this gateway. */
export type Inbox = {
  /** Never throws and keeps nothing: what makes no sense is refused, and logged sparingly. */
  readonly request: (topic: string, payload: Uint8Array) => void;
  readonly receipt: (topic: string, payload: Uint8Array) => void;
  /** Logs what is counted and not told yet. */
  readonly end: () => void;
};

export type InboxContext = {
  readonly desk: RequestDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves when the broker has it. */
  readonly reply: (client: string, body: Uint8Array) => Promise<void>;
  readonly taken: (receipt: Receipt) => void;
};

/** Requests that are worked on, and replies that the broker has not taken. What comes beyond is dropped unread: whoever asked hears it by the time limit. */
export const mostOpen = 64;

type Refusal = { readonly event: string; readonly fields: Fields };

/**
 * Whoever may publish to a gateway can send it anything, as fast as the line allows. Neither memory nor the log may grow
 * with that: work in hand is bounded, and a refusal is logged at once, what follows within a minute as a count.
 */
export function inbox({ desk, clock, log, reply, taken }: InboxContext): Inbox {
  const refusals = sparingly<Refusal>(clock, ({ event, fields }, count) => log.warn(event, { ...fields, count }));
  const refuse = (event: string, fields: Fields): void =>
    refusals.tell(`${event} ${fields['code'] ?? ''}`, { event, fields });
  let open = 0;

  const answer = async (topic: string, payload: Uint8Array): Promise<void> => {
    const done = await desk.answer(topic, payload);
    if ('refused' in done) return refuse('request.unanswerable', { why: done.refused });
    if (!done.reply.ok)
      refuse('request.refused', { client: done.client, code: done.reply.code, why: done.reply.message });
    await reply(done.client, encodeReply(done.reply));
  };
  return {
    request(topic, payload) {
      if (open >= mostOpen) return refuse('request.dropped', { why: `${mostOpen} others are open` });
      open++;
      answer(topic, payload)
        .catch((e: unknown) => refuse('request.unanswered', { why: describeError(e) }))
        .finally(() => {
          open--;
        });
    },
    receipt(topic, payload) {
      try {
        taken(desk.receipt(topic, payload));
      } catch (e) {
        if (!FengsuiError.is(e)) throw e;
        refuse('receipt.refused', { code: e.code, why: e.message });
      }
    },
    end: refusals.end,
  };
}
