import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';
import type { IoPlugin } from './io-plugin.ts';

/** The parts of johnny-five that are used here; the package brings no types. */
interface FiveBoard {
  once(event: 'ready', ready: () => void): unknown;
  pinMode(pin: number, mode: number): unknown;
  /** Calls back for the level, with what else the plugin hands over. */
  digitalRead(pin: number, changed: (value: number, at: MonoTime) => void): unknown;
}

export interface FiveRelay {
  /** Writes HIGH. */
  close(): unknown;
  /** Writes LOW. */
  open(): unknown;
}

export interface JohnnyFive {
  board(io: IoPlugin): FiveBoard;
  relay(board: FiveBoard, pin: number): FiveRelay;
}

/** The one import of johnny-five. @throws FengsuiError DRIVER_MISSING */
export async function loadJohnnyFive(): Promise<JohnnyFive> {
  let loaded: unknown;
  try {
    // @ts-expect-error johnny-five ships no types; what is used of it is checked below
    loaded = await import('johnny-five');
  } catch (cause) {
    throw missing('cannot be loaded', cause);
  }
  const make = (name: string, options: object): unknown => {
    const constructor = member(loaded, name) ?? member(member(loaded, 'default'), name);
    if (typeof constructor !== 'function') throw missing(`has no ${name}`);
    return Reflect.construct(constructor, [options]);
  };
  return {
    board(io) {
      // Its REPL ends the process when stdin is empty; its SIGINT handler would exit before the gateway has closed.
      const board = make('Board', { io, repl: false, debug: false, sigint: false });
      if (!isBoard(board)) throw missing('has another Board than expected');
      return board;
    },
    relay(board, pin) {
      const relay = make('Relay', { board, pin, type: 'NO' });
      if (!isRelay(relay)) throw missing('has another Relay than expected');
      return relay;
    },
  };
}

const missing = (what: string, cause?: unknown): FengsuiError =>
  new FengsuiError('DRIVER_MISSING', `johnny-five 2.1 ${what}; install fengsui anew`, { cause });

/** Depending on the loader, a CommonJS module is the namespace itself or its `default`. */
function member(of: unknown, name: string): unknown {
  return (typeof of === 'object' || typeof of === 'function') && of !== null ? Reflect.get(of, name) : undefined;
}

const hasMethods = (it: unknown, ...names: readonly string[]): boolean =>
  names.every((name) => typeof member(it, name) === 'function');
const isBoard = (it: unknown): it is FiveBoard => hasMethods(it, 'once', 'pinMode', 'digitalRead');
const isRelay = (it: unknown): it is FiveRelay => hasMethods(it, 'open', 'close');
