import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { districtCode, gatewayId, townCode } from '../../sdk/model/ids.ts';
import { decodeGatewayState, type GatewayState } from '../../sdk/wire/gateway-state.ts';
import { type Fields, fieldsOf } from '../../sdk/wire/parse.ts';
import {
  type Command,
  type Data,
  decodeReply,
  encodeRequest,
  isCommand,
  type Query,
  type Reply,
} from '../../sdk/wire/request.ts';
import { type Signer, sign1 } from '../../sdk/wire/sign1.ts';
import { type Site, topicOf } from '../../sdk/wire/topics.ts';

export type WirePlatform = AsyncDisposable & {
  /** The result; commands answer a fresh challenge. @throws Error with the code and message of a refusal, or after five seconds */
  ask(method: Query | Command, params: Data): Promise<Fields>;
  /** As last told. */
  state(): GatewayState | undefined;
};

/** A platform on plain MQTT and the wire contract, for the gateway of `fieldSite`. */
export async function wirePlatform(port: number, privateKey: string): Promise<WirePlatform> {
  const site: Site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId('test-01') };
  const secret = createPrivateKey(privateKey);
  const signer: Signer = { keyId: 'tester', sign: async (bytes) => Uint8Array.from(sign(null, bytes, secret)) };
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4, reconnectPeriod: 50 });
  const waiting = new Map<string, (reply: Reply) => void>();
  let state: GatewayState | undefined;
  mqtt.on('error', () => undefined);
  mqtt.on('message', (topic, bytes) => {
    if (topic === topicOf(site, 'state')) state = decodeGatewayState(bytes);
    else {
      const reply = decodeReply(bytes);
      waiting.get(reply.id)?.(reply);
    }
  });
  await mqtt.subscribeAsync([topicOf(site, 'state'), topicOf(site, 'reply', 'probe')], { qos: 1 });
  const exchange = async (method: Query | Command, params: Data, nonce?: Uint8Array): Promise<Fields> => {
    const id = randomUUID();
    const topic = topicOf(site, 'request');
    const bytes = encodeRequest({ id, client: 'probe', method, params, ...(nonce && { nonce }) });
    const reply = new Promise<Reply>((resolve, reject) => {
      waiting.set(id, resolve);
      setTimeout(() => reject(new Error(`no answer to ${method}`)), 5_000).unref();
    });
    await mqtt.publishAsync(topic, Buffer.from(nonce ? await sign1(bytes, topic, signer) : bytes), { qos: 1 });
    const told = await reply.finally(() => waiting.delete(id));
    if (!told.ok) throw new Error(`${told.code}: ${told.message}`);
    return fieldsOf(told.result, method);
  };
  return {
    ask: async (method, params) =>
      exchange(method, params, isCommand(method) ? (await exchange('challenge', null)).bytes('nonce') : undefined),
    state: () => state,
    [Symbol.asyncDispose]: () => mqtt.endAsync(true),
  };
}
