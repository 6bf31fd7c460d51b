import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

const document = 'ICP DAS “M-7000 Address Mapping (Base 1)”, rev. 1.13 (2019-01-28), M-7002';
/** The document counts from 1: its 00261 is coil 260. */
const coil = (reference: number) => ({ from: 'coil', at: reference - 1, as: 'bool' }) as const;
const output = (n: number) => ({ ...coil(n), writable: true }) as const;
const input = (n: number) => ({ from: 'discrete', at: 32 + n - 1, as: 'bool' }) as const;

/**
 * Digital part of an ICP DAS M-7002 module: four outputs, five inputs, and the watchdog that puts the outputs to their
 * safe values when no master is heard. One source. Its analogue inputs depend on type codes and are not read.
 */
export const m7002 = defineProfile({
  id: 'icp-das/m-7002',
  name: { en: 'ICP DAS M-7002 I/O module', zh: '泓格 M-7002 输入输出模块' },
  category: 'other',
  source: `${document}: 00001–00004, 10033–10037, 00261, 00270; one source`,
  points: {
    output1: output(1),
    output2: output(2),
    output3: output(3),
    output4: output(4),
    input1: input(1),
    input2: input(2),
    input3: input(3),
    input4: input(4),
    input5: input(5),
    watchdogEnabled: { ...coil(261), everyMs: 60_000 },
    watchdogExpired: coil(270),
  },
  conditions: {
    'watchdog-expired': deviceFlag('fault', 'watchdogExpired', `${document}, 00270 host watchdog timeout status`),
  },
  pollMs: 2_000,
  silenceMs: 30_000,
});
