import type { AlarmKind } from '../sdk/model/alarm.ts';

/**
 * A condition that the device itself reports by a flag: told at once, as the device has judged already; it must be gone
 * for 5 s, so that a flag that flickers makes one alarm. `source`: where the flag is documented.
 */
export const deviceFlag = <const K extends AlarmKind, const P extends string>(kind: K, point: P, source: string) =>
  ({ kind, point, when: { is: true }, onDelayMs: 0, offDelayMs: 5_000, source }) as const;
