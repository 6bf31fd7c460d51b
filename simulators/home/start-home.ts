import { FengsuiError } from '../../sdk/model/errors.ts';
import { type FirmataBoard, startFirmataBoard } from '../gpio/firmata-board.ts';
import type { Unit } from '../modbus/unit.ts';
import { energyMeter } from './energy-meter.ts';

/** Pins of the home's board. Contacts close to ground: low is pressed, and low is mains present. High drives the siren. */
export const homePins = { callButton: 2, mainsContact: 3, siren: 8 } as const;

export type Home = AsyncDisposable & {
  /** Where the Firmata board listens. */
  readonly port: number;
  /** The port that was asked for and was taken. */
  readonly refusedPort?: number;
  /** The energy meter, for a bus to carry. */
  readonly meter: Unit;
  press(): void;
  release(): void;
  /** Off: the contact opens and the meter dies, for it lives on the mains. */
  mains(present: boolean): void;
  /** Mains voltage while there is one, 0 to 300 V: a brown-out leaves the contact closed. */
  setVoltage(volts: number): void;
  isSirenOn(): boolean;
  /** Calls back for each change. Returns a function that ends this. */
  onSiren(changed: (on: boolean) => void): () => void;
  /** Fault: from now on the siren stays as it is, whatever is written to it. */
  stickSiren(): void;
  /** For its faults: a broken connection, a board that hangs. */
  readonly board: FirmataBoard;
};

/** An old person's home: call button, mains contact and siren on a board, and an energy meter. */
export async function startHome(options: { readonly port?: number } = {}): Promise<Home> {
  const { board, refusedPort } = await startBoard(options.port);
  const supply = { isPresent: true, volts: 230 };
  board.setInput(homePins.callButton, true);
  board.setInput(homePins.mainsContact, false);
  return {
    port: board.port,
    ...(refusedPort === undefined ? {} : { refusedPort }),
    meter: energyMeter(() => (supply.isPresent ? supply.volts : 0)),
    press: () => board.setInput(homePins.callButton, false),
    release: () => board.setInput(homePins.callButton, true),
    mains(present) {
      supply.isPresent = present;
      board.setInput(homePins.mainsContact, !present);
    },
    setVoltage(volts) {
      if (!(volts >= 0 && volts <= 300))
        throw new FengsuiError('INVALID', `${volts} V is no mains voltage: expected 0 to 300`);
      supply.volts = volts;
    },
    isSirenOn: () => board.output(homePins.siren),
    onSiren: (changed) => board.onOutput((pin, level) => pin === homePins.siren && changed(level)),
    stickSiren: () => board.stickOutput(homePins.siren),
    board,
    [Symbol.asyncDispose]: () => board[Symbol.asyncDispose](),
  };
}

async function startBoard(port = 0): Promise<{ board: FirmataBoard; refusedPort?: number }> {
  try {
    return { board: await startFirmataBoard({ port }) };
  } catch (e) {
    const isTaken = e instanceof Error && 'code' in e && (e.code === 'EADDRINUSE' || e.code === 'EACCES');
    if (port === 0 || !isTaken) throw e;
    return { board: await startFirmataBoard(), refusedPort: port };
  }
}
