import { defineProfile } from '../define-profile.ts';

const manual = 'Acrel ASJ series manual V1.9, 8.3 communication address table';
const setPoint = {
  from: 'holding',
  as: 'u16',
  unit: 'mA',
  resolution: 1,
  range: [10, 30_000],
  everyMs: 600_000,
} as const;
const onStatus = { point: 'status', onDelayMs: 0, offDelayMs: 5_000 } as const;

/**
 * Acrel ASJ (ASJ10L-LD1A/C) residual-current relay. One source. Functions 03 and 04 read the same registers. The limits
 * are set in the device; GB 50116-2013 9.2.3 asks for 300–500 mA.
 */
export const asj = defineProfile({
  id: 'acrel/asj',
  name: { en: 'Acrel ASJ residual-current relay', zh: '安科瑞 ASJ 剩余电流继电器' },
  category: 'electrical-fire',
  source: `${manual}; one source`,
  settings: {
    high: {
      default: 300,
      min: 20,
      max: 1_000,
      help: 'residual current that is alarmed whatever the relay is set to, mA',
    },
  },
  points: {
    residualCurrent: { from: 'holding', at: 0x0000, as: 'u16', unit: 'mA', resolution: 1, range: [0, 30_000] },
    ratedCurrent: { ...setPoint, at: 0x0008 },
    warningCurrent: { ...setPoint, at: 0x0009 },
    status: {
      from: 'holding',
      at: 0x001b,
      as: 'choice',
      bits: [0, 2],
      of: { 0: 'normal', 1: 'warning', 2: 'alarm', 4: 'line-break' },
    },
    input1: { from: 'holding', at: 0x001e, as: 'bool', bit: 0 },
    input2: { from: 'holding', at: 0x001e, as: 'bool', bit: 1 },
  },
  conditions: {
    high: {
      kind: 'pre-alarm',
      point: 'residualCurrent',
      when: { above: 'high', deadband: 30 },
      onDelayMs: 10_000,
      offDelayMs: 30_000,
      source: 'GB 50116-2013 9.2.3: 300–500 mA; GB 50166 leaves 30 s to the alarm',
    },
    leakage: { ...onStatus, kind: 'pre-alarm', when: { is: 'alarm' }, source: `${manual}: 001BH, 010 alarm` },
    warning: { ...onStatus, kind: 'supervisory', when: { is: 'warning' }, source: `${manual}: 001BH, 001 warning` },
    'line-break': {
      ...onStatus,
      kind: 'fault',
      when: { is: 'line-break' },
      source: `${manual}: 001BH, 100 break line`,
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
  // Own address, baud code, line-break check on or off, status.
  identification: {
    plausible: [{ from: 'holding', at: 0x0018, words: ['unit', { min: 0, max: 5 }, [0, 1], [0, 1, 2, 4]] }],
  },
});
