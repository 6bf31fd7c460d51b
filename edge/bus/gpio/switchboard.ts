import type { MonoTime } from '../../../sdk/model/time.ts';
import { ioModes, type PinTarget, pinBank } from './io-plugin.ts';
import { type FiveRelay, type JohnnyFive, loadJohnnyFive } from './johnny-five.ts';

/** One line's place on the board. */
export type InputTerminal = { report(active: boolean, at: MonoTime): void; release(): void };
export type OutputTerminal = { set(active: boolean): Promise<void>; release(): void };

/** The one johnny-five Board of this process, shared by the lines of all sources. */
export interface Switchboard {
  /** @param changed gets what `report` was given, through johnny-five. */
  input(name: string, changed: (active: boolean, at: MonoTime) => void): InputTerminal;
  /** @param drive writes to the hardware; `set` resolves or rejects as it does. */
  output(name: string, drive: (active: boolean) => Promise<void>): OutputTerminal;
}

let shared: Promise<Switchboard> | undefined;

/**
 * johnny-five keeps every Board and component in lists of its module that nothing ever leaves, so there is one Board
 * for the process and a released pin is given to the next line of its direction.
 * @throws FengsuiError DRIVER_MISSING
 */
export function sharedSwitchboard(): Promise<Switchboard> {
  shared ??= loadJohnnyFive()
    .then(openSwitchboard)
    .catch((e: unknown) => {
      shared = undefined; // it may be installed meanwhile
      throw e;
    });
  return shared;
}

type Changed = (active: boolean, at: MonoTime) => void;

async function openSwitchboard(five: JohnnyFive): Promise<Switchboard> {
  const bank = pinBank();
  const board = five.board(bank.io);
  await new Promise<void>((ready) => board.once('ready', ready));
  let lastPin = 0;
  const free: Record<PinTarget['direction'], number[]> = { in: [], out: [] };
  const listeners = new Map<number, Changed>();
  const relays = new Map<number, FiveRelay>();
  const occupy = (target: PinTarget): { readonly pin: number; readonly release: () => void } => {
    const pin = free[target.direction].pop() ?? ++lastPin;
    bank.connect(pin, target);
    return {
      pin,
      release() {
        bank.connect(pin, undefined);
        listeners.delete(pin);
        free[target.direction].push(pin);
      },
    };
  };
  return {
    input(name, changed) {
      const { pin, release } = occupy({ direction: 'in', name });
      listeners.set(pin, changed);
      board.pinMode(pin, ioModes.INPUT);
      // Not a Button: that debounces on timers of its own and tells a release that no press came before.
      board.digitalRead(pin, (value, at) => listeners.get(pin)?.(value === 1, at));
      return { report: (active, at) => bank.report(pin, active, at), release };
    },
    output(name, drive) {
      const { pin, release } = occupy({ direction: 'out', name, drive });
      board.pinMode(pin, ioModes.OUTPUT);
      const relay = relays.get(pin) ?? five.relay(board, pin);
      relays.set(pin, relay);
      return {
        set(active) {
          if (active) relay.close();
          else relay.open();
          return bank.outcome(pin);
        },
        release,
      };
    },
  };
}
