import { defineProfile } from '../define-profile.ts';

const input = (n: number) => ({ from: 'discrete', at: n - 1, as: 'bool' }) as const;

/**
 * Inputs of an LCTech 8-channel relay board. One source, and of the inputs only: no map of the relays was found, so they
 * are not written. The board comes with address 255, beyond the 247 that a Modbus line allows; give it another first.
 * Parity and stop bits are not stated; 8N1 is assumed.
 */
export const lctechRelayBoard = defineProfile({
  id: 'lctech/relay-board',
  name: { en: 'LCTech relay board (inputs)', zh: 'LCTech 继电器板(输入)' },
  category: 'contact',
  source: 'request FF 02 00 00 00 08 of an LCTech relay board, 9600 baud; one source, inputs only',
  points: {
    input1: input(1),
    input2: input(2),
    input3: input(3),
    input4: input(4),
    input5: input(5),
    input6: input(6),
    input7: input(7),
    input8: input(8),
  },
  pollMs: 2_000,
  silenceMs: 30_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 255 },
});
