import { join } from 'node:path';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Data } from '../../../sdk/wire/request.ts';

/** What can be asked here. Only `device` changes something: the list of devices, by whoever may open the socket. */
export const localQueries = ['status', 'alarms', 'history', 'records', 'config', 'device'] as const;
export type LocalQuery = (typeof localQueries)[number];

/**
 * One request a connection: a line of JSON, answered by a line of JSON, `{ [query]: … }` or `{ error, code }`. `params`
 * are those of the query of the same name on the uplink; only `history` and `config` have any, and `records` and `device`,
 * which there are no queries for there.
 */
export type LocalRequest = { readonly query: LocalQuery; readonly params?: Readonly<Record<string, Data | undefined>> };

/** Bytes of a request; a history of a hundred points by their names fits. */
export const longestRequest = 8_192;

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
