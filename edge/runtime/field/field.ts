import type { PointValue } from '../../../sdk/model/point.ts';
import type { LinkStats } from '../../bus/modbus/modbus-bus.ts';
import type { SiteDevice } from '../config/check-site.ts';

/** What a bus tells the rest of the gateway. */
export type FieldListener = {
  /** One sweep over one device: its points by name. */
  readonly values: (device: SiteDevice, values: readonly (readonly [string, PointValue])[]) => void;
  /** The bus as a whole cannot be reached, or can again (`undefined`). Called with every change. */
  readonly problem: (why: string | undefined) => void;
};

/** One bus with its devices, whatever it is made of. */
export interface Field extends AsyncDisposable {
  /** Takes effect at once, without touching what stays. */
  replace(devices: readonly SiteDevice[]): void;
  /** Switches an output. @throws FengsuiError */
  write(device: SiteDevice, point: string, on: boolean, signal: AbortSignal): Promise<void>;
  stats(): LinkStats | undefined;
  run(signal: AbortSignal): Promise<void>;
}
