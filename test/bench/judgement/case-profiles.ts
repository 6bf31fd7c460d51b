import { defineProfile } from '../../../device-profiles/define-profile.ts';
import { fireMain } from '../../../device-profiles/generic/fire-main.ts';
import { municipalHydrant } from '../../../device-profiles/generic/municipal-hydrant.ts';
import { waterLevel } from '../../../device-profiles/generic/water-level.ts';

const { low, 'low-low': lowLow } = municipalHydrant.conditions;

/** The limits of the standard alone, so that what is added to the built-in profile later does not change old truths. */
export const plainHydrant = defineProfile({ ...municipalHydrant, conditions: { low, 'low-low': lowLow } });

/** With a sensor that is watched, and a fall that only an open hydrant or a burst makes. */
export const watchedHydrant = defineProfile({
  ...municipalHydrant,
  conditions: {
    low,
    'low-low': lowLow,
    opened: {
      kind: 'supervisory',
      point: 'pressure',
      when: { falls: 0.03, withinMs: 20_000 },
      onDelayMs: 3_000,
      offDelayMs: 5_000,
      source: 'ours: twice what the pump, the float and the peak of the morning do together',
    },
    stuck: {
      kind: 'fault',
      point: 'pressure',
      when: { stuckMs: 1_800_000 },
      onDelayMs: 0,
      offDelayMs: 0,
      source: 'ours: a gauge in a network that people draw from moves within half an hour',
    },
    'sensor-bad': {
      kind: 'fault',
      point: 'pressure',
      when: { bad: 'out-of-range' },
      onDelayMs: 10_000,
      offDelayMs: 10_000,
      source: 'ours: no water gives such a pressure',
    },
  },
});

const { low: mainLow, high: mainHigh } = fireMain.conditions;
export const plainMain = defineProfile({ ...fireMain, conditions: { low: mainLow, high: mainHigh } });

/** The fire reserve of the village's tank: the pump's float keeps it above 2.5 m. */
export const fireTank = defineProfile({
  ...waterLevel,
  conditions: {
    low: {
      kind: 'supervisory',
      point: 'level',
      when: { below: 1.8, deadband: 0.1 },
      onDelayMs: 60_000,
      offDelayMs: 60_000,
      source: 'site design value: what two hours of fire flow take',
    },
    'low-low': {
      kind: 'supervisory',
      point: 'level',
      when: { below: 0.6, deadband: 0.1 },
      onDelayMs: 60_000,
      offDelayMs: 60_000,
      source: 'site design value: the outlet draws air',
    },
  },
});

/** A 4–20 mA pressure transmitter at an analogue input: 4 mA is 0, 20 mA is 1.6 MPa. NAMUR NE 43: below 3.6 mA it is broken. */
export const currentLoop = defineProfile({
  id: 'bench/current-loop',
  name: { en: '4–20 mA input', zh: '4–20 mA 模拟量输入' },
  source: 'the bench’s own',
  points: {
    current: {
      from: 'input',
      at: 0,
      as: 'u16',
      scale: 0.001,
      unit: 'mA',
      resolution: 0.001,
      range: [3.6, 21],
    },
  },
  conditions: {
    low: {
      kind: 'supervisory',
      point: 'current',
      when: { below: 5.4, deadband: 0.1 },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: '0.14 MPa of 1.6 MPa (GB 50974-2014 7.2.8)',
    },
    'wire-break': {
      kind: 'fault',
      point: 'current',
      when: { below: 3.6, deadband: 0.1, evenDoubtful: true },
      onDelayMs: 3_000,
      offDelayMs: 3_000,
      source: 'NAMUR NE 43: below 3.6 mA',
    },
    'short-circuit': {
      kind: 'fault',
      point: 'current',
      when: { above: 21, deadband: 0.1, evenDoubtful: true },
      onDelayMs: 3_000,
      offDelayMs: 3_000,
      source: 'NAMUR NE 43: above 21 mA',
    },
  },
  pollMs: 1_000,
  silenceMs: 60_000,
});

/** A float transmitter, which says NaN, and one whose marker is 0x7FFF. */
export const markedGauge = defineProfile({
  id: 'bench/marked-gauge',
  name: { en: 'Gauge with error markers', zh: '带错误标志的压力表' },
  source: 'the bench’s own',
  points: {
    float: {
      from: 'holding',
      at: 0,
      as: 'f32',
      unit: 'MPa',
      resolution: 0.001,
      range: [-0.1, 6],
      lostMarkers: [0xffff_ffff],
    },
    word: {
      from: 'holding',
      at: 2,
      as: 'u16',
      scale: 0.001,
      unit: 'MPa',
      resolution: 0.001,
      range: [0, 6],
      lostMarkers: [0x7fff],
    },
  },
  conditions: {
    low: { ...low, point: 'float', when: { below: 0.14, deadband: 0.01 } },
    'float-missing': {
      kind: 'fault',
      point: 'float',
      when: { bad: ['device-marker', 'out-of-range'] },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: 'the device’s own sign',
    },
    'word-missing': {
      kind: 'fault',
      point: 'word',
      when: { bad: 'device-marker' },
      onDelayMs: 5_000,
      offDelayMs: 5_000,
      source: 'the device’s own sign',
    },
  },
  pollMs: 1_000,
  silenceMs: 60_000,
});
