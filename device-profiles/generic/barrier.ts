import { defineProfile } from '../define-profile.ts';
import { openBarrier } from '../open-barrier.ts';

const address = (what: string, from: string) => ({ default: 0, min: 0, max: 65_535, help: `${what}; ${from}` });

/**
 * Fire-lane barrier (消防车通道道闸) on a Modbus board that has both: a relay for “open” and inputs for its end switches.
 * Where they are on different boards or lines, see `generic/barrier-relay` and `generic/end-switch`.
 */
export const barrier = defineProfile({
  id: 'generic/barrier',
  name: { en: 'Fire-lane barrier', zh: '消防车通道道闸' },
  category: 'barrier',
  source: 'one relay and two dry contacts of any board; the addresses are those of the board’s data sheet',
  settings: {
    openCoil: address('Coil of the relay that opens', 'the first relay of most boards is 0'),
    openInput: address('Discrete input of the end switch “open”', 'the first input of most boards is 0'),
    closedInput: { ...address('Discrete input of the end switch “closed”', 'the second input is 1'), default: 1 },
  },
  points: {
    relay: { from: 'coil', at: ['openCoil'], as: 'bool', writable: true },
    open: { from: 'discrete', at: ['openInput'], as: 'bool' },
    closed: { from: 'discrete', at: ['closedInput'], as: 'bool' },
  },
  commands: {
    open: { ...openBarrier('relay'), proof: { point: 'open', is: true, withinMs: 15_000 } },
  },
  pollMs: 1_000,
  silenceMs: 10_000,
});
