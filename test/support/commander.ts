import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { type CommandReceipt, decodeCommandReceipt } from '../../sdk/wire/command.ts';
import { decodeGatewayState, type GatewayState } from '../../sdk/wire/gateway-state.ts';
import { type Data, decodeReply, encodeRequest, type Query, type Reply } from '../../sdk/wire/request.ts';
import { openSign1, type Signer, sign1, signedBytes } from '../../sdk/wire/sign1.ts';
import { type Site, topicOf } from '../../sdk/wire/topics.ts';
import { until } from './until.ts';

/** Sends commands to one gateway as a platform would, by nothing but the wire: also such as no client would send. */
export interface Commander extends AsyncDisposable {
  query(method: Query, params: Data): Promise<Reply>;
  /** Signed by each in turn, over what the one before has signed. */
  invoke(params: Sent, by: readonly Signer[], nonce?: Uint8Array): Promise<Reply>;
  signed(params: Sent, by: readonly Signer[], nonce?: Uint8Array): Promise<Uint8Array>;
  /** Sends these bytes; resolves with the reply to the request of this id. */
  send(bytes: Uint8Array, id: string): Promise<Reply>;
  nonce(params?: Data): Promise<Uint8Array>;
  /** The receipt in a reply, its signature verified by the key in the gateway’s state. */
  receipt(reply: Reply): CommandReceipt;
  readonly state: () => GatewayState | undefined;
}

type Sent = { readonly audit: string; readonly [key: string]: Data };

const client = 'commander';
let next = 0;

export async function commander(port: number, site: Site): Promise<Commander> {
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${port}`);
  const topic = topicOf(site, 'request');
  const replies = new Map<string, Reply[]>();
  let state: GatewayState | undefined;
  mqtt.on('message', (to, payload) => {
    if (to === topicOf(site, 'state')) state = decodeGatewayState(payload);
    else {
      const reply = decodeReply(payload);
      replies.set(reply.id, [...(replies.get(reply.id) ?? []), reply]);
    }
  });
  await mqtt.subscribeAsync([topicOf(site, 'reply', client), topicOf(site, 'state')], { qos: 1 });

  const send = async (bytes: Uint8Array, id: string): Promise<Reply> => {
    const before = replies.get(id)?.length ?? 0;
    await mqtt.publishAsync(topic, Buffer.from(bytes), { qos: 1 });
    await until(`${id} is answered`, () => (replies.get(id)?.length ?? 0) > before, 20_000);
    const reply = replies.get(id)?.at(-1);
    if (!reply) throw new Error('no reply');
    return reply;
  };
  const query = (method: Query, params: Data): Promise<Reply> => {
    const id = `q${next++}`;
    return send(encodeRequest({ id, client, method, params }), id);
  };
  const signed: Commander['signed'] = async (params, by, nonce) => {
    const id = params.audit;
    let bytes = encodeRequest({ id, client, method: 'invoke', params, ...(nonce && { nonce }) });
    for (const signer of by) bytes = await sign1(bytes, topic, signer);
    return bytes;
  };
  return {
    query,
    signed,
    send,
    invoke: async (params, by, nonce) => send(await signed(params, by, nonce), params.audit),
    async nonce(params = null) {
      const reply = await query('challenge', params);
      if (!reply.ok) throw new Error(reply.message);
      return (reply.result as { nonce: Uint8Array }).nonce;
    },
    receipt(reply) {
      if (!reply.ok) throw new Error(`refused: ${reply.code} ${reply.message}`);
      const { receipt } = reply.result as { receipt: Uint8Array };
      const { payload, signature } = openSign1(receipt);
      const raw = state?.receiptKey;
      if (!raw) throw new Error('the state tells no receipt key');
      const key = createPublicKey({
        key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
        format: 'jwk',
      });
      if (!verify(null, signedBytes(payload, topicOf(site, 'state')), key, signature))
        throw new Error('forged receipt');
      return decodeCommandReceipt(payload);
    },
    state: () => state,
    async [Symbol.asyncDispose]() {
      await mqtt.endAsync();
    },
  };
}

/** A command that is good for a minute. */
export const order = (device: string, command: string, more: { readonly [key: string]: Data } = {}) => ({
  device,
  command,
  args: {},
  audit: randomUUID(),
  notAfter: Date.now() + 60_000,
  role: 'life-safety',
  ...more,
});
