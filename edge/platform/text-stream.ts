import { createReadStream } from 'node:fs';
import { FengsuiError } from '../../sdk/model/errors.ts';

const utf16LittleEndian = [0xff, 0xfe] as const;
const utf16BigEndian = [0xfe, 0xff] as const;

/**
 * The text of a file, piece by piece, so that its size does not matter. UTF-8 and UTF-16, which “Unicode text” of a
 * spreadsheet is; without the mark at its beginning.
 * @throws FengsuiError NOT_FOUND
 */
export async function* textStream(path: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  try {
    for await (const chunk of createReadStream(path)) {
      if (!Buffer.isBuffer(chunk)) continue;
      decoder ??= new TextDecoder(encodingOf(chunk));
      yield decoder.decode(chunk, { stream: true });
    }
  } catch (e) {
    if (!(e instanceof Error && 'code' in e && (e.code === 'ENOENT' || e.code === 'EISDIR'))) throw e;
    throw new FengsuiError('NOT_FOUND', `${path}: there is no such file`, { cause: e });
  }
  if (decoder) yield decoder.decode();
}

function encodingOf(start: Uint8Array): string {
  const begins = (mark: readonly number[]): boolean => mark.every((byte, i) => start[i] === byte);
  if (begins(utf16LittleEndian)) return 'utf-16le';
  return begins(utf16BigEndian) ? 'utf-16be' : 'utf-8';
}
