import { defineProfile } from '../../../device-profiles/define-profile.ts';

/** Residual current and cable temperature of a distribution board, measured; the limits are here and not in the relay. */
export const electricalFire = defineProfile({
  id: 'bench/electrical-fire',
  name: { en: 'Electrical-fire monitor', zh: '电气火灾监控探测器' },
  source: 'the bench’s own',
  points: {
    residualCurrent: { from: 'holding', at: 0, as: 'u16', unit: 'mA', resolution: 1, range: [0, 30_000] },
    temperature: { from: 'holding', at: 1, as: 'i16', scale: 0.1, unit: '°C', resolution: 0.1, range: [-40, 150] },
  },
  conditions: {
    leakage: {
      kind: 'pre-alarm',
      point: 'residualCurrent',
      when: { above: 300, deadband: 30 },
      onDelayMs: 10_000,
      offDelayMs: 10_000,
      source: 'GB 50116-2013 9.2.3: 300–500 mA; told within 30 s (GB 50166)',
    },
    hot: {
      kind: 'pre-alarm',
      point: 'temperature',
      when: { above: 70, deadband: 5 },
      onDelayMs: 10_000,
      offDelayMs: 10_000,
      source: 'site value within 45–140 °C; told within 40 s (GB 50166)',
    },
    heating: {
      kind: 'pre-alarm',
      point: 'temperature',
      when: { rises: 15, withinMs: 300_000 },
      onDelayMs: 0,
      offDelayMs: 10_000,
      source: 'ours: no load of a board warms its cables so fast',
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
});

/** A camera that sees an electric bicycle in a lift. */
export const liftCamera = defineProfile({
  id: 'bench/lift-camera',
  name: { en: 'E-bike in lift', zh: '电动自行车进梯识别' },
  source: 'the bench’s own',
  points: { bicycle: { from: 'discrete', at: 0, as: 'bool' } },
  conditions: {
    'e-bike': {
      kind: 'supervisory',
      point: 'bicycle',
      when: { is: true },
      samples: { atLeast: 3, of: 5 },
      onDelayMs: 0,
      offDelayMs: 5_000,
      source: 'ours: a picture may be wrong, three of five are not',
    },
  },
  pollMs: 500,
  silenceMs: 30_000,
});

/** The barrier of a fire lane. */
export const barrier = defineProfile({
  id: 'bench/barrier',
  name: { en: 'Fire-lane barrier', zh: '消防车通道道闸' },
  source: 'the bench’s own',
  points: { position: { from: 'holding', at: 0, as: 'choice', of: { 0: 'closed', 1: 'moving', 2: 'open' } } },
  conditions: {
    'not-at-end': {
      kind: 'fault',
      point: 'position',
      when: { is: 'moving' },
      onDelayMs: 15_000,
      offDelayMs: 0,
      source: 'ours: it opens in 6 s',
    },
  },
  pollMs: 1_000,
  silenceMs: 60_000,
});
