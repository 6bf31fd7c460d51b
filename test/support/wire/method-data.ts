import { decodeCbor, encodeCbor } from '../../../sdk/wire/cbor.ts';
import { type Command, type Data, encodeReply, type Query } from '../../../sdk/wire/request.ts';

/** The rule of fengsui.cddl for what a method is asked or answers with: `walkTest` is in `walk-test-result`. */
export const methodRule = (method: Query | Command, part: 'params' | 'result'): string =>
  `${method.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-${part}`;

/** Data as it lies inside a request or reply. */
export function dataBytes(result: Data): Uint8Array {
  const reply = decodeCbor(encodeReply({ id: 'x', ok: true, result }));
  if (!(reply instanceof Map)) throw new Error('a reply is a map');
  return encodeCbor(reply.get('result'));
}
