/** What the host can ask of the firmware. */
export interface Firmware {
  version(): void;
  firmware(): void;
  capabilities(): void;
  analogMapping(): void;
  state(pin: number): void;
  setMode(pin: number, mode: number): void;
  writePin(pin: number, level: boolean): void;
  writePort(port: number, bits: number): void;
  report(port: number, isOn: boolean): void;
  powerUp(): void;
}

/** StandardFirmata keeps at most this many bytes of a message; longer ones are dropped. */
const maxMessage = 64;

/** Cuts the bytes of one host into messages and hands each to the firmware. Nonsense is skipped, as firmware does. */
export function hostStream(firmware: Firmware): (bytes: Uint8Array) => void {
  let held: number[] = [];
  const take = (byte: number): void => {
    if (byte === 0xf7) {
      if (held[0] === 0xf0) sysex(firmware, held);
      held = [];
    } else if (byte >= 0x80) {
      held = immediate(firmware, byte) ? [] : [byte];
    } else if (held.length > 0 && held.length < maxMessage) {
      held.push(byte);
      if (held[0] !== 0xf0 && short(firmware, held)) held = [];
    }
  };
  return (bytes) => bytes.forEach(take);
}

/** Messages of one byte. */
function immediate(firmware: Firmware, byte: number): boolean {
  if (byte === 0xff) firmware.powerUp();
  else if (byte === 0xf9) firmware.version();
  else return false;
  return true;
}

/** Messages of two or three bytes. Returns whether the message was complete. */
function short(firmware: Firmware, [command = 0, first = 0, second]: readonly number[]): boolean {
  const channel = command & 0x0f;
  if ((command & 0xf0) === 0xd0) firmware.report(channel, first !== 0);
  else if (second === undefined) return false;
  else if ((command & 0xf0) === 0x90) firmware.writePort(channel, first | (second << 7));
  else if (command === 0xf4) firmware.setMode(first, second);
  else if (command === 0xf5) firmware.writePin(first, second !== 0);
  return true;
}

function sysex(firmware: Firmware, [, command, argument = 0]: readonly number[]): void {
  if (command === 0x79) firmware.firmware();
  else if (command === 0x6b) firmware.capabilities();
  else if (command === 0x69) firmware.analogMapping();
  else if (command === 0x6d) firmware.state(argument);
}
