import { FengsuiError } from '../../../sdk/model/errors.ts';

/** Pin modes. Source: Firmata protocol 2.5, "Supported Modes". */
export const pinMode = { input: 0x00, output: 0x01, pullUp: 0x0b } as const;

/** What a board says, as far as digital lines are concerned. */
export type FirmataMessage =
  | { readonly kind: 'version'; readonly major: number; readonly minor: number }
  /** Sent when asked for, and by StandardFirmata whenever it has (re)started. */
  | { readonly kind: 'firmware' }
  /** Levels of the eight pins from `port * 8`, lowest bit first. */
  | { readonly kind: 'port'; readonly port: number; readonly bits: number }
  | { readonly kind: 'pin'; readonly pin: number; readonly mode: number; readonly state: number }
  /** The modes of each pin, by pin number. */
  | { readonly kind: 'capabilities'; readonly pins: readonly (readonly number[])[] };

/** Longest system-exclusive message taken. The capabilities of 127 pins with 15 modes each need under 4,000 bytes. */
export const maxSysex = 4_096;
/** Stray bytes in a row after which the peer is held to be something else than a Firmata board. */
export const maxStray = 256;

const command = { port: 0x90, reportPort: 0xd0, sysex: 0xf0, mode: 0xf4, write: 0xf5, endSysex: 0xf7, version: 0xf9 };
const sysex = { capabilityQuery: 0x6b, capabilities: 0x6c, stateQuery: 0x6d, state: 0x6e, firmware: 0x79 };

/** Messages to a board. Pins are 0 to 127. Source: Firmata protocol 2.5; `writePin` is SET_DIGITAL_PIN_VALUE. */
export const firmataRequest = {
  version: (): Uint8Array => Uint8Array.of(command.version),
  capabilities: (): Uint8Array => Uint8Array.of(command.sysex, sysex.capabilityQuery, command.endSysex),
  pinState: (pin: number): Uint8Array => Uint8Array.of(command.sysex, sysex.stateQuery, pin, command.endSysex),
  setMode: (pin: number, mode: number): Uint8Array => Uint8Array.of(command.mode, pin, mode),
  writePin: (pin: number, level: boolean): Uint8Array => Uint8Array.of(command.write, pin, level ? 1 : 0),
  /** The board answers with the levels of the port at once, and then at each change. */
  reportPort: (port: number): Uint8Array => Uint8Array.of(command.reportPort | port, 1),
};

/**
 * Reads the byte stream of one connection, however it is cut. Memory is bounded; unknown messages are passed over.
 * The returned function throws FengsuiError PROTOCOL if this cannot be a Firmata board.
 */
export function firmataReader(): (bytes: Uint8Array) => FirmataMessage[] {
  let held: number[] = [];
  let stray = 0;
  const take = (byte: number): FirmataMessage | undefined => {
    if (byte === command.endSysex && held[0] === command.sysex) return finish(sysexMessage);
    if (byte >= 0x80) {
      stray += held.length; // cut off by a new message
      held = [byte];
      return undefined;
    }
    if (held.length === 0) stray++;
    else held.push(byte);
    if (stray > maxStray || held.length > maxSysex) throw notFirmata();
    return held[0] !== undefined && held.length === lengthOf(held[0]) ? finish(shortMessage) : undefined;
  };
  const finish = (decode: (message: readonly number[]) => FirmataMessage | undefined): FirmataMessage | undefined => {
    const message = decode(held);
    held = [];
    stray = 0;
    return message;
  };
  return (bytes) => [...bytes].flatMap((byte) => take(byte) ?? []);
}

const notFirmata = (): FengsuiError =>
  new FengsuiError(
    'PROTOCOL',
    'the bytes received are not Firmata; check host and port, and that StandardFirmata (2.5 or newer) runs on the board',
  );

/** Whole length of a message that is not system-exclusive; `undefined`: ends otherwise. */
function lengthOf(first: number): number | undefined {
  if (first === command.sysex) return undefined;
  const kind = first & 0xf0;
  return kind === 0xc0 || kind === 0xd0 ? 2 : 3;
}

function shortMessage([first = 0, low = 0, high = 0]: readonly number[]): FirmataMessage | undefined {
  if (first === command.version) return { kind: 'version', major: low, minor: high };
  if ((first & 0xf0) !== command.port) return undefined;
  return { kind: 'port', port: first & 0x0f, bits: (low | (high << 7)) & 0xff };
}

function sysexMessage([, kind, ...data]: readonly number[]): FirmataMessage | undefined {
  if (kind === sysex.firmware) return { kind: 'firmware' };
  if (kind === sysex.capabilities) return { kind: 'capabilities', pins: capabilities(data) };
  const [pin, mode, ...state] = data;
  if (kind !== sysex.state || pin === undefined || mode === undefined || state.length === 0) return undefined;
  return { kind: 'pin', pin, mode, state: state[0] ?? 0 };
}

/** Pairs of mode and resolution, 0x7f after each pin. */
function capabilities(data: readonly number[]): number[][] {
  const pins: number[][] = [];
  let modes: number[] = [];
  for (let at = 0; at < data.length; at++) {
    const byte = data[at] ?? 0;
    if (byte === 0x7f) {
      pins.push(modes);
      modes = [];
    } else {
      modes.push(byte);
      at++; // the resolution
    }
  }
  return pins;
}
