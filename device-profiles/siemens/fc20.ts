import type { Setting } from '../../sdk/model/profile.ts';
import { defineProfile } from '../define-profile.ts';
import { deviceFlag } from '../device-flag.ts';

/**
 * Objects of a Siemens FC20/FS20 fire alarm control unit behind the DMS8000 Modbus interface. One source. Of its tables
 * the word tables are used (one input register an object, each bit a state), since one word tells all of an object; the
 * bit tables from 10000 on repeat the same states. Which object stands at which place is set at configuration time, and
 * the bases can be changed: both are settings. The manual does not say whether its bases count from 0 or 1; if values
 * belong to the neighbouring object, give a base that is one less.
 */
const manual = 'Siemens A6V10316242_a_en (2019-05-31), Modbus data model';

const base = (address: number, table: string) =>
  ({
    default: address,
    min: 0,
    max: 65_535,
    help: `base address of table ${table} as configured; ${address} from the works`,
  }) as const satisfies Setting;
const index = {
  default: 0,
  min: 0,
  max: 4_095,
  help: 'place of the object in the table, from 0, as the list of objects was configured',
} as const satisfies Setting;
const flag = (bit: number) => ({ from: 'input', at: ['tableAt', 'index'], as: 'bool', bit }) as const;
const common = { pollMs: 1_000, silenceMs: 30_000 } as const;

export const fc20Zone = defineProfile({
  id: 'siemens/fc20-zone',
  name: { en: 'Siemens FC20 detection zone', zh: '西门子 FC20 探测分区' },
  category: 'fire-panel',
  source: `${manual}, 2.2.2.3 WT_Zone, p. 21; one source`,
  settings: { tableAt: base(1_500, 'WT_Zone'), index },
  points: {
    alarm: flag(15),
    preAlarm: flag(14),
    reduced: flag(8),
    off: flag(7),
    test: flag(6),
    walkTest: flag(4),
  },
  conditions: {
    fire: { ...deviceFlag('fire', 'alarm', `${manual}, WT_Zone bit 15`), latched: true },
    'pre-alarm': deviceFlag('pre-alarm', 'preAlarm', `${manual}, WT_Zone bit 14`),
    test: deviceFlag('test', 'test', `${manual}, WT_Zone bit 6`),
  },
  ...common,
});

export const fc20Element = defineProfile({
  id: 'siemens/fc20-element',
  name: { en: 'Siemens FC20 detection element', zh: '西门子 FC20 探测元件' },
  category: 'fire-panel',
  source: `${manual}, 2.2.2.3 WT_LogCh, p. 21–22; one source`,
  settings: { tableAt: base(2_500, 'WT_LogCh'), index },
  points: {
    alarm: flag(15),
    preAlarm: flag(14),
    fault: flag(13),
    testActive: flag(11),
    reduced: flag(8),
    off: flag(7),
    test: flag(6),
  },
  conditions: {
    fire: { ...deviceFlag('fire', 'alarm', `${manual}, WT_LogCh bit 15`), latched: true },
    'pre-alarm': deviceFlag('pre-alarm', 'preAlarm', `${manual}, WT_LogCh bit 14`),
    fault: deviceFlag('fault', 'fault', `${manual}, WT_LogCh bit 13`),
    test: deviceFlag('test', 'testActive', `${manual}, WT_LogCh bit 11`),
  },
  ...common,
});

export const fc20PowerSupply = defineProfile({
  id: 'siemens/fc20-power-supply',
  name: { en: 'Siemens FC20 power supply', zh: '西门子 FC20 电源' },
  category: 'fire-panel',
  source: `${manual}, 2.2.2.3 WT_PowerSupply, p. 23; one source`,
  settings: { tableAt: base(6_600, 'WT_PowerSupply'), index },
  points: { fault: flag(13), emergencyPower: flag(10) },
  conditions: {
    fault: deviceFlag('fault', 'fault', `${manual}, WT_PowerSupply bit 13`),
    'mains-lost': deviceFlag('fault', 'emergencyPower', `${manual}, WT_PowerSupply bit 10: battery mode`),
  },
  ...common,
});
