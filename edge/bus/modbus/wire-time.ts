import { type Millis, millis } from '../../../sdk/model/time.ts';
import { characterTime, frameGap } from '../plan/line-cost.ts';
import type { ModbusEndpoint } from './modbus-bus.ts';

/** How long things take on the wire itself. */
export type WireTime = {
  readonly character: Millis;
  /** Silence before every frame. */
  readonly gap: Millis;
};

/** Over TCP, none: the line behind a converter is not known, and keeps its silences itself. */
export const wireTime = (endpoint: ModbusEndpoint): WireTime =>
  endpoint.kind === 'serial'
    ? { character: characterTime(endpoint), gap: frameGap(endpoint) }
    : { character: millis(0), gap: millis(0) };
