import { createPrivateKey, sign } from 'node:crypto';
import { type AlarmMessage, encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import {
  decodeGatewayState,
  decodePresence,
  encodeGatewayState,
  encodePresence,
  type GatewayState,
  type Presence,
} from '../../../sdk/wire/gateway-state.ts';
import { hearEntry } from '../../../sdk/wire/lane-entry.ts';
import { decodePointTable, encodePointTable, type PointTable } from '../../../sdk/wire/point-table.ts';
import { decodeReceipt, encodeReceipt, type Receipt } from '../../../sdk/wire/receipt.ts';
import { encodeRecord, type RecordMessage } from '../../../sdk/wire/record-message.ts';
import {
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  type Reply,
  type Request,
} from '../../../sdk/wire/request.ts';
import { isSign1, openSign1, sign1 } from '../../../sdk/wire/sign1.ts';
import type { Channel } from '../../../sdk/wire/topics.ts';
import { bytesOfHex, type Golden, tableOf } from './golden-wire.ts';
import { telemetryBytes, telemetryMeaning } from './telemetry-meaning.ts';

/** Key pair of RFC 8032 7.1, test 1: anybody may sign with it, so that anybody can make the golden bytes again. */
const privateKey = createPrivateKey({
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    x: Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex').toString('base64url'),
    d: Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex').toString('base64url'),
  },
  format: 'jwk',
});

type Codec = {
  readonly read: (bytes: Uint8Array, table: PointTable) => unknown;
  readonly write: (meaning: unknown, table: PointTable) => Uint8Array;
};

const codecs: Readonly<Record<Channel, Codec>> = {
  presence: { read: decodePresence, write: (meaning) => encodePresence(meaning as Presence) },
  state: { read: decodeGatewayState, write: (meaning) => encodeGatewayState(meaning as GatewayState) },
  points: { read: decodePointTable, write: (meaning) => encodePointTable(meaning as PointTable) },
  alarm: {
    read: hearEntry,
    write: (meaning) => {
      const entry = meaning as AlarmMessage | RecordMessage;
      return 'record' in entry ? encodeRecord(entry) : encodeAlarm(entry);
    },
  },
  telemetry: {
    read: telemetryMeaning,
    write: (meaning, table) => telemetryBytes(meaning as Parameters<typeof telemetryBytes>[0], table),
  },
  reply: { read: decodeReply, write: (meaning) => encodeReply(meaning as Reply) },
  request: {
    read: (bytes) => {
      const { nonce, ...request } = decodeRequest(bytes);
      return { ...request, ...(nonce && { nonce: Buffer.from(nonce).toString('hex') }) };
    },
    write: (meaning) => {
      const { nonce, ...request } = meaning as Omit<Request, 'nonce'> & { nonce?: string };
      return encodeRequest({ ...request, ...(nonce !== undefined && { nonce: bytesOfHex(nonce) }) });
    },
  },
  receipt: { read: decodeReceipt, write: (meaning) => encodeReceipt(meaning as Receipt) },
};

type Signed = { readonly keyId: string; readonly topic: string; readonly signed: unknown };

/** What the product reads in the bytes, as JSON would show it. */
export function meaningOf(golden: Golden): unknown {
  const bytes = bytesOfHex(golden.hex);
  const codec = codecs[golden.channel];
  if (!isSign1(bytes)) return asJson(codec.read(bytes, tableOf(golden)));
  const { keyId, payload } = openSign1(bytes);
  const { topic } = golden.meaning as Signed; // it is not in the message: the signature alone knows it
  return asJson({ keyId, topic, signed: codec.read(payload, tableOf(golden)) });
}

/** What the product writes to say the same. */
export async function bytesOf(golden: Golden): Promise<Uint8Array> {
  const codec = codecs[golden.channel];
  if (!isSigned(golden.meaning)) return codec.write(golden.meaning, tableOf(golden));
  const { keyId, topic, signed } = golden.meaning;
  const signer = { keyId, sign: async (bytes: Uint8Array) => Uint8Array.from(sign(null, bytes, privateKey)) };
  return sign1(codec.write(signed, tableOf(golden)), topic, signer);
}

const isSigned = (meaning: unknown): meaning is Signed =>
  typeof meaning === 'object' && meaning !== null && 'signed' in meaning;

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
