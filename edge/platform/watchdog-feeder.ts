import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { type Millis, millis, seconds } from '../../sdk/model/time.ts';

/** Something that restarts the gateway, or the board, unless it is fed. */
export type Feeder = AsyncDisposable & {
  readonly name: string;
  /** How often it wants to be fed. */
  readonly every: Millis;
  readonly feed: () => Promise<void>;
};

const run = promisify(execFile);
/** Kernel watchdogs bite after 15 s to a minute. */
const fileEvery = seconds(5);

/**
 * Service manager: `WatchdogSec=` of the unit. Node has no datagram sockets of the local kind, so systemd's own program carries the
 * word, which the unit must allow by `NotifyAccess=all`. `undefined`: nobody watches.
 */
export function systemdFeeder(env: NodeJS.ProcessEnv, program = 'systemd-notify'): Feeder | undefined {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: pid } = env;
  const micros = Number(usec);
  if (!socket || !(micros > 0) || (pid !== undefined && Number(pid) !== process.pid)) return undefined;
  return {
    name: 'systemd',
    every: millis(micros / 1_000 / 4),
    feed: async () => {
      await run(program, ['WATCHDOG=1'], { env: { ...env, NOTIFY_SOCKET: socket }, timeout: micros / 1_000 / 2 });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/**
 * A hardware watchdog: any byte feeds it, a `V` before the end lets it sleep. From here on the board restarts unless it is fed.
 * @throws FengsuiError CONFIG when the file cannot be written
 */
export async function fileFeeder(path: string): Promise<Feeder> {
  const file = await open(path, 'w').catch((cause: unknown) => {
    throw new FengsuiError('CONFIG', `watchdog: ${path} cannot be opened for writing; is it there, and ours alone?`, {
      cause,
    });
  });
  return {
    name: path,
    every: fileEvery,
    feed: async () => {
      await file.write('.');
    },
    async [Symbol.asyncDispose]() {
      await file.write('V');
      await file.close();
    },
  };
}
