import { join } from 'node:path';
import { FengsuiError } from '../../../sdk/model/errors.ts';

/** One request a connection: a line of JSON, answered by a line of JSON. It only asks: nothing can be changed here. */
export type LocalRequest = { readonly query: 'status' | 'alarms' };

/** Room for the path in a socket's address on Linux, without the NUL at its end (unix(7), sun_path). */
const longestPath = 107;

/**
 * Where the gateway that keeps its journal in this folder can be asked by programs on the same host.
 * @throws FengsuiError CONFIG when the folder's path is too long for that
 */
export function localSocket(journalFolder: string): string {
  const path = join(journalFolder, 'fengsui.sock');
  const bytes = Buffer.byteLength(path);
  if (bytes <= longestPath) return path;
  throw new FengsuiError(
    'CONFIG',
    `journal.path: ${path} has ${bytes} bytes, but the address of a local socket has room for ${longestPath}; choose a journal folder with a shorter path`,
  );
}
