import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { hostStream } from './host-stream.ts';

/** A board that speaks Firmata 2.5 over TCP, as StandardFirmata does: digital pins only, one host at a time. */
export interface FirmataBoard extends AsyncDisposable {
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  /** Puts an electrical level on a pin's terminal, whatever the pin is used for. */
  setInput(pin: number, level: boolean): void;
  /** The electrical level the pin drives just now. */
  output(pin: number): boolean;
  /** Calls back for each change of a driven level. Returns a function that ends this. */
  onOutput(changed: (pin: number, level: boolean) => void): () => void;
  /** Fault: from now on the output keeps its level, whatever is written to it. */
  stickOutput(pin: number): void;
  /** Fault: while hanging the board hears nothing and says nothing, and the connection stays open. */
  hang(isHanging: boolean): void;
  /** Fault: the connection breaks. Pins keep their state, as they do on a real board. */
  dropConnection(): void;
  /** Fault: power fails and returns at once. All pins are low again and the connection is gone. */
  powerCycle(): void;
  /** Fault: the processor restarts behind a serial-to-TCP bridge. All pins are low again, the connection stays. */
  restartBehindBridge(): void;
}

export type FirmataBoardOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** How many pins the board has: 1 to 127. Default: 20, as an Arduino Uno. */
  readonly pins?: number;
};

type Pin = {
  mode: number;
  /** What the firmware answers to a state query. */
  reported: number;
  driven: boolean;
  /** Level put on the terminal from outside; `undefined`: nothing is connected. */
  applied: boolean | undefined;
  isStuck: boolean;
};

/** Pin modes of the Firmata protocol 2.5. */
const mode = { input: 0x00, output: 0x01, pullUp: 0x0b } as const;

export async function startFirmataBoard(options: FirmataBoardOptions = {}): Promise<FirmataBoard> {
  let host: Socket | undefined;
  let isHanging = false;
  const chip = pinBank(options.pins ?? 20, (bytes) => {
    if (host && !isHanging) host.write(Uint8Array.from(bytes));
  });
  const server = createServer({ noDelay: true }, (socket) => {
    host?.destroy(); // one host at a time: the newest
    host = socket;
    const stream = hostStream(chip);
    socket.on('data', (bytes) => {
      if (!isHanging) stream(bytes);
    });
    socket.on('error', () => socket.destroy()); // a host that breaks off is ordinary; 'close' follows
    socket.on('close', () => {
      if (host === socket) host = undefined;
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the simulated board has no TCP port');
  return {
    port: address.port,
    ...chip.terminals,
    hang: (next) => {
      isHanging = next;
    },
    dropConnection: () => host?.destroy(),
    powerCycle: () => {
      host?.destroy();
      chip.powerUp();
    },
    restartBehindBridge: () => {
      chip.powerUp();
      chip.version();
      chip.firmware();
    },
    async [Symbol.asyncDispose]() {
      host?.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

type Send = (bytes: readonly number[]) => void;

/** The pins and the firmware behind them. `send` takes what the firmware says to its host. */
function pinBank(count: number, send: Send) {
  const pins = Array.from({ length: count }, freshPin);
  const listeners = new Set<(pin: number, level: boolean) => void>();
  let reporting = new Set<number>();
  const pinAt = (index: number): Pin => {
    const pin = pins[index];
    if (!pin) throw new RangeError(`the simulated board has pins 0 to ${count - 1}, not ${index}`);
    return pin;
  };
  const drive = (index: number, level: boolean): void => {
    const pin = pinAt(index);
    if (pin.isStuck || pin.driven === level) return;
    pin.driven = level;
    for (const changed of listeners) changed(index, level);
  };
  const writePin = (index: number, level: boolean): void => {
    const pin = pins[index];
    if (pin?.mode !== mode.output) return;
    drive(index, level);
    pin.reported = Number(pin.driven);
  };
  const sendPort = (port: number): void => {
    const bits = pins
      .slice(port * 8, port * 8 + 8)
      .reduce((sum, pin, bit) => (isInput(pin) && levelOf(pin) ? sum | (1 << bit) : sum), 0);
    send([0x90 | port, bits & 0x7f, bits >> 7]);
  };
  return {
    ...greetings(send, count),
    setMode(index: number, next: number): void {
      const pin = pins[index];
      if (!pin || !Object.values(mode).some((m) => m === next)) return;
      pin.mode = next;
      pin.reported = Number(next === mode.pullUp); // StandardFirmata forgets the state here, the output keeps it
    },
    writePin,
    writePort(port: number, bits: number): void {
      for (let bit = 0; bit < 8; bit++) writePin(port * 8 + bit, (bits & (1 << bit)) !== 0);
    },
    report(port: number, isOn: boolean): void {
      reporting = new Set([...reporting].filter((p) => p !== port).concat(isOn ? [port] : []));
      if (isOn && port * 8 < count) sendPort(port);
    },
    state(index: number): void {
      const pin = pins[index];
      if (pin) send([0xf0, 0x6e, index, pin.mode, pin.reported, 0xf7]);
    },
    powerUp(): void {
      reporting = new Set();
      for (const [index, pin] of pins.entries()) {
        drive(index, false);
        pin.mode = mode.output;
        pin.reported = 0;
      }
    },
    terminals: {
      setInput(index: number, level: boolean): void {
        const pin = pinAt(index);
        const before = levelOf(pin);
        pin.applied = level;
        if (isInput(pin) && levelOf(pin) !== before && reporting.has(index >> 3)) sendPort(index >> 3);
      },
      output: (index: number): boolean => pinAt(index).driven,
      onOutput(changed: (pin: number, level: boolean) => void): () => void {
        listeners.add(changed);
        return () => listeners.delete(changed);
      },
      stickOutput(index: number): void {
        pinAt(index).isStuck = true;
      },
    },
  };
}

/** What the firmware says about itself. */
function greetings(send: Send, count: number) {
  const perPin = [mode.input, 1, mode.output, 1, mode.pullUp, 1, 0x7f];
  return {
    version: (): void => send([0xf9, 2, 5]),
    firmware: (): void =>
      send([0xf0, 0x79, 2, 5, ...[...Buffer.from('FengsuiSim')].flatMap((c) => [c & 0x7f, c >> 7]), 0xf7]),
    capabilities: (): void => send([0xf0, 0x6c, ...Array.from({ length: count }, () => perPin).flat(), 0xf7]),
    /** No pin is analog. */
    analogMapping: (): void => send([0xf0, 0x6a, ...Array.from({ length: count }, () => 0x7f), 0xf7]),
  };
}

const freshPin = (): Pin => ({ mode: mode.output, reported: 0, driven: false, applied: undefined, isStuck: false });
const isInput = (pin: Pin): boolean => pin.mode !== mode.output;
/** Nothing connected: high with the pull-up, otherwise low. */
const levelOf = (pin: Pin): boolean => pin.applied ?? pin.mode === mode.pullUp;
