import { defineProfile } from '../define-profile.ts';
import { openBarrier } from '../open-barrier.ts';

/**
 * One relay of a Waveshare Modbus RTU Relay board that opens a fire-lane barrier (消防车通道道闸). The board ends the pulse
 * itself (“flash on”: FC 05 to 0x0200 + channel, in steps of 100 ms), so a lost “off” cannot hold the contact. It has no
 * inputs: the site names the end switch as the proof.
 */
export const waveshareBarrierRelay = defineProfile({
  id: 'waveshare/barrier-relay',
  name: { en: 'Waveshare relay that opens a barrier', zh: '微雪继电器(道闸开启)' },
  category: 'barrier',
  source: 'Waveshare wiki “Modbus RTU Relay”: coils 0x0000–0x0007; flash-on at 0x0200 + channel, one source',
  unverified: 'the pulse stands in one source only, and the maker changed the protocol in September 2021: try it first',
  settings: { relay: { default: 1, min: 1, max: 8, help: 'Which relay of the board opens, 1–8 as printed on it.' } },
  points: {
    relay: {
      from: 'coil',
      at: ['relay', -1],
      as: 'bool',
      writable: true,
      pulse: { at: ['relay', 0x1ff], stepMs: 100, mostSteps: 0x7fff },
    },
  },
  commands: { open: openBarrier('relay') },
  pollMs: 1_000,
  silenceMs: 10_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
});
