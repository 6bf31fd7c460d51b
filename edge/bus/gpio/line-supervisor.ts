import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import { elapsed, type Millis, type MonoTime, millis } from '../../../sdk/model/time.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Log, onChange } from '../../platform/log.ts';
import { notAnOutput } from './io-plugin.ts';
import type { BackendEvents, OpenBackend, OpenLines } from './line-backend.ts';
import type { Level, LineSpec, Lines, LinesListener } from './lines.ts';
import { type InputTerminal, type OutputTerminal, type Switchboard, sharedSwitchboard } from './switchboard.ts';

/** Waits between attempts to open: 0.25 s, doubling, 10 s at most. */
const firstWait = millis(250);
const longestWait = millis(10_000);
/** A source that stays up this long has recovered: the next failure waits `firstWait` again. */
const settledAfter = millis(10_000);

type Context = { readonly clock: Clock; readonly log: Log };

/** Keeps the lines of one backend open and hands them out through the switchboard. */
export function superviseLines(
  backend: OpenBackend,
  specs: readonly LineSpec[],
  listener: LinesListener,
  ctx: Context,
): Lines {
  checkSpecs(specs);
  const stop = new AbortController();
  const lines = specs.map((spec): Line => ({ spec, wanted: false, told: undefined, terminal: undefined }));
  const source: Source = { lines, open: undefined, problem: notYet(), ctx, backend, listener, stop: stop.signal };
  const running = supervise(source);
  return {
    async read(name): Promise<Level> {
      const index = lines.indexOf(find(lines, name));
      if (!source.open) throw source.problem;
      return { name, active: await source.open.read(index), at: ctx.clock.mono() };
    },
    async write(name, active) {
      const line = find(lines, name);
      if (line.spec.direction === 'in') throw notAnOutput(name);
      line.wanted = active;
      if (!source.open || line.terminal?.direction !== 'out') throw source.problem;
      await line.terminal.set(active);
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new FengsuiError('ABORTED', 'the lines are closed'));
      source.problem = new FengsuiError('BUS_DOWN', 'the lines are closed');
      await running;
    },
  };
}

type Line = {
  readonly spec: LineSpec;
  /** Outputs: what was last asked for. */
  wanted: boolean;
  /** Inputs: what the listener was told last since the source came up. */
  told: Seen | undefined;
  terminal: Terminal | undefined;
};
type Seen = { readonly active: boolean; readonly at: MonoTime };
type Terminal = ({ readonly direction: 'in' } & InputTerminal) | ({ readonly direction: 'out' } & OutputTerminal);

type Source = {
  readonly lines: readonly Line[];
  open: OpenLines | undefined;
  /** Why `open` is absent. */
  problem: FengsuiError;
  readonly ctx: Context;
  readonly backend: OpenBackend;
  readonly listener: LinesListener;
  readonly stop: AbortSignal;
};

/** Opens, waits for the loss, and opens again until stopped. */
async function supervise(source: Source): Promise<void> {
  const { ctx, stop, listener } = source;
  const isUp = '';
  const note = onChange<string>((problem) => {
    if (problem === isUp) ctx.log.info('gpio.up');
    else ctx.log.warn('gpio.down', { problem });
    listener.health(problem === isUp ? undefined : problem);
  });
  for (let wait: Millis = firstWait; !stop.aborted; wait = millis(Math.min(longestWait, wait * 2))) {
    let upSince: MonoTime | undefined;
    const up = (): void => {
      upSince = ctx.clock.mono();
      note(isUp);
    };
    const down = (why: FengsuiError): void => {
      source.open = undefined;
      source.problem = why;
      note(describeError(why));
    };
    const failure = await stayOpen(source, up, down).then(() => undefined, asFault);
    if (stop.aborted) break;
    if (failure) down(failure);
    if (upSince !== undefined && elapsed(upSince, ctx.clock.mono()) >= settledAfter) wait = firstWait;
    await ctx.clock.sleep(wait, stop).catch(onlyIfStopped(stop));
  }
  for (const line of source.lines) line.terminal?.release();
}

/** One life of the connection: resolves when it ended or was stopped, rejects if it could not begin. */
async function stayOpen(source: Source, up: () => void, down: (why: FengsuiError) => void): Promise<void> {
  const { lines, stop } = source;
  connectTerminals(source, await sharedSwitchboard());
  stop.throwIfAborted();
  const wanted = lines.map(({ spec, wanted: active }) => ({ ...spec, active }));
  const early = new Map<number, Seen>();
  const over = new AbortController();
  let isUp = false;
  const events: BackendEvents = {
    level(index, active, at) {
      if (isUp) tell(lines[index], { active, at });
      else early.set(index, { active, at });
    },
    lost(why) {
      down(why); // at once: closing may take a while, and no read may succeed any more
      over.abort();
    },
  };
  const open = await source.backend(wanted, events, stop);
  try {
    if (over.signal.aborted) return;
    source.open = open;
    up();
    isUp = true;
    for (const line of lines) line.told = undefined;
    for (const [index, seen] of early) tell(lines[index], seen);
    // What was asked for while the backend was opening, and refused.
    for (const [index, line] of lines.entries())
      if (line.terminal?.direction === 'out' && line.wanted !== wanted[index]?.active)
        await line.terminal.set(line.wanted);
    await aborted(stop, over.signal);
  } finally {
    source.open = undefined;
    await open[Symbol.asyncDispose]();
  }
}

/** A pin for each line; they are kept over all lives of the connection. */
function connectTerminals(source: Source, switchboard: Switchboard): void {
  for (const [index, line] of source.lines.entries()) {
    const { name, direction } = line.spec;
    line.terminal ??=
      direction === 'in'
        ? { direction, ...switchboard.input(name, (active, at) => source.listener.level({ name, active, at })) }
        : {
            direction,
            ...switchboard.output(name, async (active) => {
              if (!source.open) throw source.problem;
              await source.open.write(index, active);
            }),
          };
  }
}

/** Tells changes only, and never a time before the one told last. */
function tell(line: Line | undefined, { active, at }: Seen): void {
  if (line?.terminal?.direction !== 'in' || line.told?.active === active) return;
  line.told = { active, at: line.told && line.told.at > at ? line.told.at : at };
  line.terminal.report(active, line.told.at);
}

/** Resolves as soon as one of them is aborted, and leaves nothing on the long-lived `stop`. */
function aborted(stop: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted || over.aborted) return resolve();
    const settle = (): void => {
      stop.removeEventListener('abort', settle);
      over.removeEventListener('abort', settle);
      resolve();
    };
    stop.addEventListener('abort', settle);
    over.addEventListener('abort', settle);
  });
}

function find(lines: readonly Line[], name: string): Line {
  const line = lines.find(({ spec }) => spec.name === name);
  if (line) return line;
  const known = lines.map(({ spec }) => spec.name).join(', ') || 'none';
  throw new FengsuiError('LINE', `there is no line ${name}; known lines: ${known}`, { details: { line: name } });
}

function checkSpecs(specs: readonly LineSpec[]): void {
  for (const [index, spec] of specs.entries()) {
    if (!Number.isSafeInteger(spec.offset) || spec.offset < 0)
      refuse(spec, 'the offset has to be a whole number from 0');
    for (const other of specs.slice(0, index)) {
      if (other.name === spec.name) refuse(spec, 'another line has this name; give each line its own');
      if (other.offset === spec.offset) refuse(spec, `line ${other.name} has this offset; give each line its own`);
    }
  }
}

function refuse({ name, offset }: LineSpec, why: string): never {
  throw new FengsuiError('LINE', `line ${name} (offset ${offset}): ${why}`, { details: { line: name, offset } });
}

const notYet = (): FengsuiError => new FengsuiError('BUS_DOWN', 'the lines are still being opened; try again');
const asFault = (e: unknown): FengsuiError =>
  e instanceof FengsuiError ? e : new FengsuiError('BUS_DOWN', describeError(e), { cause: e });
/** A sleep ends early only because of `stop`, which the loop looks at by itself. */
const onlyIfStopped =
  (stop: AbortSignal) =>
  (e: unknown): void => {
    if (!stop.aborted) throw e;
  };
