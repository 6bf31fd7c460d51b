import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline';

export type ParentLink = {
  /** JSON-able data; over the channel of `fork`, or as one line on stdout. */
  send(message: object): void;
};

export type ParentListener = {
  /** Not judged yet: whatever the parent sent. A line that is no JSON arrives as the text it is. */
  message(message: unknown): void;
  /** The parent went away, or asked us to end by SIGTERM or SIGINT. Called once. */
  gone(): void;
};

/**
 * The line to the process that started this one: the channel of `child_process.fork` where there is one, else JSON
 * lines on stdin and stdout. A simulator must not outlive who started it.
 */
export function parentLink(listener: ParentListener): ParentLink {
  let isGone = false;
  const gone = (): void => {
    if (isGone) return;
    isGone = true;
    listener.gone();
  };
  process.once('SIGTERM', gone);
  process.once('SIGINT', gone);
  if (process.send !== undefined) {
    process.on('message', (message) => listener.message(message));
    process.once('disconnect', gone);
    // With a callback a channel that has just closed is an argument; without, an exception nobody can catch.
    return { send: (message) => void process.send?.(message, undefined, undefined, (e) => e && gone()) };
  }
  process.stdout.on('error', gone); // EPIPE: nobody reads any more
  if (hasTalker()) readLines(listener, gone);
  return { send: (message) => void process.stdout.write(`${JSON.stringify(message)}\n`) };
}

/** /dev/null as stdin is how services and `&` start a process: nobody will talk, and its end means nothing. */
const hasTalker = (): boolean => process.stdin.isTTY || !fstatSync(0).isCharacterDevice();

function readLines(listener: ParentListener, gone: () => void): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    if (line.trim() !== '') listener.message(parsed(line));
  });
  lines.on('close', gone);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line; // the listener refuses it, naming what it got
  }
}
