import type { BusQuality } from '../../../sdk/model/link-quality.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import type { SiteDevice } from '../config/site.ts';

/** What a bus tells the rest of the gateway. */
export type FieldListener = {
  /** Points of one device that were read together, by name. */
  readonly values: (device: SiteDevice, values: readonly (readonly [string, PointValue])[]) => void;
  /** The bus as a whole cannot be reached, or can again (`undefined`). Called with every change. */
  readonly problem: (why: string | undefined) => void;
};

/** What an output is told: on or off; or on for so long, of which the device itself sees the end. */
export type Drive = boolean | { readonly pulseMs: number };

/** One bus with its devices, whatever it is made of. */
export interface Field extends AsyncDisposable {
  /** Takes effect at once, without touching what stays. */
  replace(devices: readonly SiteDevice[]): void;
  /** Switches an output. @throws FengsuiError */
  write(device: SiteDevice, point: string, drive: Drive, signal: AbortSignal): Promise<void>;
  /** `undefined` where there is no link that could be good or bad. */
  quality(): BusQuality | undefined;
  run(signal: AbortSignal): Promise<void>;
}
