import type { Condition, Identification, SerialDefaults } from '../../sdk/model/profile.ts';

/**
 * The register map that QDY30A-type transmitters share, and most low-cost Chinese pressure and level transmitters.
 * Addresses are zero-based. 0x0000 own address, 0x0001 baud code, 0x0002 unit code, 0x0003 decimal places 0–4,
 * 0x0004 measured value, int16. Default 9600 8N1, address 1, function 03.
 *
 * The unit code at 0x0002 is not decoded: published lists contradict each other (17 is cm in one, mmH2O in another),
 * so what one step of the dial means is a setting that a person confirms on site.
 */
export const source =
  'QDY30A-type RS-485 transmitter, holding 0x0003 decimals and 0x0004 value; two independent public maps agree, unit codes conflict';

/** What the dial's number must be multiplied with to give MPa. */
export const toMegapascal = {
  default: 0.001,
  min: 0.000001,
  max: 1,
  help: 'MPa per displayed unit: 1 for MPa, 0.1 for bar, 0.001 for kPa. Compare one reading with the dial.',
} as const;

/** The value as the dial shows it: int16 and its decimals. */
export const dial = { from: 'holding', at: 4, as: 'i16', decimals: 3 } as const;

export const pressure = { ...dial, scale: 'toMegapascal', unit: 'MPa', resolution: 0.001, range: [-0.1, 6] } as const;

/** What shows that a transmitter no longer measures. `stuckMs` is the setting of the profile. */
export const sensorFaults = {
  stuck: {
    kind: 'fault',
    point: 'pressure',
    when: { stuckMs: 'stuckMs' },
    onDelayMs: 0,
    offDelayMs: 0,
    source: 'ours: pressure in a main breathes with what people draw; one that never moves by 1 kPa is not measured',
  },
  'out-of-range': {
    kind: 'fault',
    point: 'pressure',
    when: { bad: 'out-of-range' },
    onDelayMs: 5_000,
    offDelayMs: 5_000,
    source: 'a value beyond what the transmitter can measure is a fault of it or of its wire, and never a pressure',
  },
} as const satisfies Record<string, Condition<'pressure', 'stuckMs'>>;

/** After how long without a change a transmitter counts as stuck. */
export const stuckMs = {
  default: 172_800_000,
  min: 3_600_000,
  max: 2_592_000_000,
  help: 'ms without any change by 0.001 MPa after which the transmitter counts as stuck; two days unless set',
} as const;

export const serial = { baud: 9_600, parity: 'none', stopBits: 1, unit: 1 } as const satisfies SerialDefaults;

/** Nothing in the map names the model: own address, two codes, 0–4 decimals. */
export const identification = {
  plausible: [
    { from: 'holding', at: 0, words: ['unit', { min: 0, max: 255 }, { min: 0, max: 255 }, { min: 0, max: 4 }] },
  ],
} as const satisfies Identification;
