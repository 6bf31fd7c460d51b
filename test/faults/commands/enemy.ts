import { randomBytes, randomUUID } from 'node:crypto';
import { decodeCommandReceipt } from '../../../sdk/wire/command.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import { type Data, decodeReply, encodeRequest, type Reply } from '../../../sdk/wire/request.ts';
import { openSign1, type Signer, sign1 } from '../../../sdk/wire/sign1.ts';
import { topicOf } from '../../../sdk/wire/topics.ts';
import type { TrialDistrict } from './trial-district.ts';

/** What came back: the state or the code of the outcome, or that nothing did. */
export type Answer = string;
export const silence = 'silence';

export type Invoke = {
  /** Bytes for the `request` topic, signed unless `by` is null. */
  readonly bytes: Uint8Array;
  readonly id: string;
  readonly audit: string;
};
export type Wish = {
  readonly by: Signer | null;
  /** Over which it is signed; the gateway's own unless given. */
  readonly topic?: string;
  readonly params?: { readonly [key: string]: Data };
  readonly nonce?: Uint8Array;
};

/** Makes commands as a program would that keeps to none of the SDK's rules, and sends bytes as they are. */
export type Enemy = {
  readonly invoke: (wish: Wish) => Promise<Invoke>;
  /** Also a second signature over the first. */
  readonly approve: (invoke: Invoke, by: Signer) => Promise<Invoke>;
  readonly challenge: (params?: Data) => Promise<Uint8Array>;
  /** Resolves with what is answered to this id, or silence after `withinMs`. */
  readonly send: (bytes: Uint8Array, id: string, to?: Target) => Promise<Answer>;
};
export type Target = { readonly topic?: string; readonly withinMs?: number };

const patience = 20_000;
const validMs = 30_000;
const client = 'enemy';

export async function enemy(trial: TrialDistrict): Promise<Enemy> {
  const mqtt = await trial.client('attacker');
  const waiting = new Map<string, (reply: Reply) => void>();
  const own = topicOf(trial.site, 'request');
  mqtt.on('message', (_topic, bytes) => {
    const reply = decodeReply(bytes);
    waiting.get(reply.id)?.(reply);
  });
  await mqtt.subscribeAsync(topicOf(trial.site, 'reply', client), { qos: 1 });
  const exchange = (bytes: Uint8Array, id: string, { topic = own, withinMs = patience }: Target) =>
    new Promise<Reply | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), withinMs);
      waiting.set(id, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      mqtt.publish(topic, Buffer.from(bytes), { qos: 1 });
    });
  const newId = (): string => randomBytes(6).toString('hex');
  return {
    async invoke({ by, topic = own, params, nonce }) {
      const [id, audit] = [newId(), randomUUID()];
      const usual = {
        device: 'gate',
        command: 'open',
        args: {},
        audit,
        notAfter: Date.now() + validMs,
        role: 'life-safety',
      };
      const request = {
        id,
        client,
        method: 'invoke',
        params: { ...usual, ...params },
        ...(nonce && { nonce }),
      } as const;
      const payload = encodeRequest(request);
      return { id, audit, bytes: by ? await sign1(payload, topic, by) : payload };
    },
    approve: async ({ bytes, ...rest }, by) => ({ ...rest, bytes: await sign1(bytes, own, by) }),
    async challenge(params = null) {
      const id = newId();
      const reply = await exchange(encodeRequest({ id, client, method: 'challenge', params }), id, {});
      if (!reply?.ok) throw new Error('the gateway gives no challenge');
      return fieldsOf(reply.result, 'challenge').bytes('nonce');
    },
    async send(bytes, id, to = {}) {
      const reply = await exchange(bytes, id, to);
      if (!reply) return silence;
      return reply.ok ? told(reply.result) : reply.code;
    },
  };
}

/** Of a receipt: its state, or why it was refused. */
function told(result: Data): Answer {
  const { payload } = openSign1(fieldsOf(result, 'result').bytes('receipt'));
  const { state, code } = decodeCommandReceipt(payload);
  return state === 'refused' ? (code ?? state) : state;
}
