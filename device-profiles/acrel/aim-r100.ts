import { defineProfile } from '../define-profile.ts';

const manual = 'Acrel AIM-R100 manual V1.3, 7.3 communication address table, p. 19–20';

const current = (loop: number) =>
  ({ from: 'holding', at: 0x0049 + loop, as: 'u16', unit: 'mA', resolution: 1, range: [0, 5_000] }) as const;
const state = <const B extends readonly [number, number]>(at: number, bits: B) =>
  ({ from: 'holding', at, as: 'choice', bits, of: { 0: 'normal', 1: 'short', 2: 'broken', 3: 'overload' } }) as const;
const leakage = <const P extends string>(point: P) =>
  ({
    kind: 'pre-alarm',
    point,
    when: { is: 'overload' },
    onDelayMs: 0,
    offDelayMs: 5_000,
    source: `${manual}: loop state 11, above the alarm value that is set in the device`,
  }) as const;
const sensor = <const P extends string>(point: P) =>
  ({
    kind: 'fault',
    point,
    when: { is: ['short', 'broken'] },
    onDelayMs: 0,
    offDelayMs: 5_000,
    source: `${manual}: loop states 01 short circuit and 10 break line`,
  }) as const;

/**
 * Acrel AIM-R100 residual-current monitor, 12 loops. One source. The manual lists the loops from the upper bits of a word
 * down, after the meter type in bits 15–12; that loop 1 is bits 7–6 follows from that order and is not drawn. GB
 * 50116-2013 9.2.3 asks for alarm values of 300–500 mA; the device takes 6–1000 mA.
 */
export const aimR100 = defineProfile({
  id: 'acrel/aim-r100',
  name: { en: 'Acrel AIM-R100 residual-current monitor', zh: '安科瑞 AIM-R100 剩余电流监测仪' },
  category: 'electrical-fire',
  source: `${manual}; one source`,
  points: {
    loop1Current: current(1),
    loop2Current: current(2),
    loop3Current: current(3),
    loop4Current: current(4),
    loop5Current: current(5),
    loop6Current: current(6),
    loop7Current: current(7),
    loop8Current: current(8),
    loop9Current: current(9),
    loop10Current: current(10),
    loop11Current: current(11),
    loop12Current: current(12),
    loop1State: state(0x000b, [6, 7]),
    loop2State: state(0x000b, [4, 5]),
    loop3State: state(0x000b, [2, 3]),
    loop4State: state(0x000b, [0, 1]),
    loop5State: state(0x000c, [14, 15]),
    loop6State: state(0x000c, [12, 13]),
    loop7State: state(0x000c, [10, 11]),
    loop8State: state(0x000c, [8, 9]),
    loop9State: state(0x000c, [6, 7]),
    loop10State: state(0x000c, [4, 5]),
    loop11State: state(0x000c, [2, 3]),
    loop12State: state(0x000c, [0, 1]),
  },
  conditions: {
    'loop1-leakage': leakage('loop1State'),
    'loop1-sensor': sensor('loop1State'),
    'loop2-leakage': leakage('loop2State'),
    'loop2-sensor': sensor('loop2State'),
    'loop3-leakage': leakage('loop3State'),
    'loop3-sensor': sensor('loop3State'),
    'loop4-leakage': leakage('loop4State'),
    'loop4-sensor': sensor('loop4State'),
    'loop5-leakage': leakage('loop5State'),
    'loop5-sensor': sensor('loop5State'),
    'loop6-leakage': leakage('loop6State'),
    'loop6-sensor': sensor('loop6State'),
    'loop7-leakage': leakage('loop7State'),
    'loop7-sensor': sensor('loop7State'),
    'loop8-leakage': leakage('loop8State'),
    'loop8-sensor': sensor('loop8State'),
    'loop9-leakage': leakage('loop9State'),
    'loop9-sensor': sensor('loop9State'),
    'loop10-leakage': leakage('loop10State'),
    'loop10-sensor': sensor('loop10State'),
    'loop11-leakage': leakage('loop11State'),
    'loop11-sensor': sensor('loop11State'),
    'loop12-leakage': leakage('loop12State'),
    'loop12-sensor': sensor('loop12State'),
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  serial: { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 },
  // Meter type 1 in the upper four bits: a residual-current monitor.
  identification: { plausible: [{ from: 'holding', at: 0x000b, words: [{ min: 0x1000, max: 0x1fff }] }] },
});
