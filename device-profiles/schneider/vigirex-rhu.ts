import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

const manual = 'Schneider Vigirex RHU user guide, “Channel Summary Registers”';
const flag = (at: number) => ({ from: 'holding', at, as: 'bool', bit: 0 }) as const;

/**
 * Schneider Vigirex RHU residual-current relay. One source. Addresses are the guide's hexadecimal “Address” (its
 * “Register” is one more). The guide does not name the function; 03 is assumed.
 */
export const vigirexRhu = defineProfile({
  id: 'schneider/vigirex-rhu',
  name: { en: 'Schneider Vigirex RHU residual-current relay', zh: '施耐德 Vigirex RHU 剩余电流继电器' },
  category: 'electrical-fire',
  source: `${manual}, 0x00C9–0x01F4; one source, function 03 assumed`,
  points: {
    alarm: flag(0x00c9),
    preAlarm: flag(0x00cb),
    alarmMemorised: flag(0x00cd),
    toroidConnected: flag(0x00cf),
    residualCurrent: { from: 'holding', at: 0x0190, as: 'u16', unit: 'mA', resolution: 1, range: [0, 60_000] },
    threshold: {
      from: 'holding',
      at: 0x01f4,
      as: 'u16',
      unit: 'mA',
      resolution: 1,
      range: [30, 30_000],
      everyMs: 600_000,
    },
  },
  conditions: {
    leakage: deviceFlag('pre-alarm', 'alarm', `${manual}: 0x00C9 bit 0`),
    warning: deviceFlag('supervisory', 'preAlarm', `${manual}: 0x00CB bit 0`),
    'toroid-missing': {
      kind: 'fault',
      point: 'toroidConnected',
      when: { is: false },
      onDelayMs: 0,
      offDelayMs: 5_000,
      source: `${manual}: 0x00CF bit 0, 0 no toroid connected`,
    },
  },
  pollMs: 2_000,
  silenceMs: 60_000,
});
