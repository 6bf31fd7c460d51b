import { describe, expect, it } from 'vitest';
import { inbox, mostOpen } from '../../../edge/uplink/inbox.ts';
import { type RequestDesk, requestDesk } from '../../../edge/uplink/request-desk.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Receipt } from '../../../sdk/wire/receipt.ts';
import { encodeReceipt } from '../../../sdk/wire/receipt.ts';
import { decodeReply, encodeRequest, type Reply } from '../../../sdk/wire/request.ts';
import { sign1 } from '../../../sdk/wire/sign1.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { operator } from '../../support/operator.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { settled } from '../../support/settled.ts';

const topic = 'fengsui/v1/330603/001/gw-1/request';
const receipts = topic.replace('request', 'receipt');
const duty = operator('duty');
const status = encodeRequest({ id: 'r', client: 'c', method: 'status', params: null });
const unsigned = encodeRequest({ id: 'r', client: 'c', method: 'reset', params: null });

function stage(taking: () => Promise<void> = () => Promise.resolve()) {
  const clock = fakeClock();
  const log = recordingLog();
  const replies: Reply[] = [];
  const taken: Receipt[] = [];
  const desk: RequestDesk = requestDesk(
    new Map([[duty.name, duty.key]]),
    { query: async () => ({ fine: true }), command: async () => ({}), invoke: async () => ({}) },
    { clock, onCommand: () => undefined },
  );
  const reply = async (_client: string, body: Uint8Array): Promise<void> => {
    replies.push(decodeReply(body));
    await taking();
  };
  const box = inbox({ desk, clock, log, reply, taken: (receipt) => taken.push(receipt) });
  const told = (event: string) => log.lines.filter((line) => line.event === event).map(({ fields }) => fields['count']);
  return { clock, log, box, replies, taken, told };
}

describe('the inbox of a gateway', () => {
  it('answers requests and hands on receipts', async () => {
    const s = stage();
    s.box.request(topic, status);
    s.box.receipt(receipts, await sign1(encodeReceipt({ log: 1, ranges: [[1, 2]] }), receipts, duty.signer));
    await settled();
    expect(s.replies).toEqual([{ id: 'r', ok: true, result: { fine: true } }]);
    expect(s.taken).toEqual([{ log: 1, ranges: [[1, 2]] }]);
    expect(s.log.lines).toEqual([]);
  });

  it('logs a flood as its first, and then as a count', async () => {
    const s = stage();
    for (let n = 0; n < 1_000; n++) {
      s.box.request(topic, Uint8Array.of(n & 0xff));
      s.box.request(topic, unsigned);
      s.box.receipt(receipts, Uint8Array.of(0xff));
      await settled();
    }
    expect(s.log.lines).toHaveLength(3);
    await s.clock.advance(60_000);
    expect(s.log.lines).toHaveLength(6);
    expect(s.told('request.unanswerable')).toEqual([1, 999]);
    expect(s.told('request.refused')).toEqual([1, 999]);
    expect(s.told('receipt.refused')).toEqual([1, 999]);
  });

  it('tells at its end what it has only counted', async () => {
    const s = stage();
    for (let n = 0; n < 3; n++) s.box.receipt(receipts, Uint8Array.of(0xff));
    s.box.end();
    expect(s.told('receipt.refused')).toEqual([1, 2]);
  });

  it('drops requests unread while the broker takes no replies, and answers again when it does', async () => {
    let take = (): void => undefined;
    const taking = new Promise<void>((resolve) => {
      take = resolve;
    });
    const s = stage(() => taking);
    for (let n = 0; n < 10 * mostOpen; n++) s.box.request(topic, status);
    await settled();
    expect(s.replies).toHaveLength(mostOpen);
    expect(s.told('request.dropped')).toEqual([1]);
    take();
    await settled();
    s.box.request(topic, status);
    await settled();
    expect(s.replies).toHaveLength(mostOpen + 1);
  });

  it('logs a reply that the broker did not take', async () => {
    const s = stage(() => Promise.reject(new FengsuiError('UNAVAILABLE', 'the broker is gone')));
    for (let n = 0; n < 3; n++) s.box.request(topic, status);
    await settled();
    expect(s.told('request.unanswered')).toEqual([1]);
    expect(s.log.lines[0]?.fields['why']).toBe('the broker is gone');
  });
});
