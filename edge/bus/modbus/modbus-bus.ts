import type { BusQuality } from '../../../sdk/model/link-quality.ts';
import type { Millis, MonoTime } from '../../../sdk/model/time.ts';
import type { Block, Urgency, Words } from '../reading.ts';

/** One write of one coil or one register. */
export type Write =
  /** A number goes out as it is: relay boards take the length of a pulse in the place of on and off. */
  | { readonly unit: number; readonly table: 'coil'; readonly address: number; readonly value: boolean | number }
  | { readonly unit: number; readonly table: 'holding'; readonly address: number; readonly value: number };

/**
 * One Modbus line or connection. Requests queue: one is on the line at a time; of those that wait the most urgent goes
 * first, then the one asked first. Writes are commands.
 *
 * Promises: every call settles within its deadline; an answer is only ever given to the request it belongs to
 * (unit, function, length, echoed address and CRC or transaction number fit), and what comes late is dropped.
 */
export interface ModbusBus extends AsyncDisposable {
  /** `telemetry` unless an urgency is given. @throws FengsuiError BUS_TIMEOUT | BUS_CRC | BUS_EXCEPTION | BUS_REPLY | BUS_DOWN */
  read(block: Block, signal: AbortSignal, urgency?: Urgency): Promise<Words>;
  /** @throws FengsuiError as {@link read} */
  write(write: Write, signal: AbortSignal): Promise<void>;
  /**
   * Until when this unit is left alone: it was given up early, and its answer could be taken for that to another
   * request. A request to it waits until then, and those to others go before it. `undefined`: it may be asked.
   */
  barredUntil(unit: number): MonoTime | undefined;
  /** How often the bus was opened: after each time, who answers may be somebody else. */
  opened(): number;
  /** The states of units are left `unknown`: who polls them knows. */
  quality(): BusQuality;
}

export type ModbusEndpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'rtu-over-tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'serial';
      readonly path: string;
      readonly baud: number;
      readonly parity: 'none' | 'even' | 'odd';
      readonly stopBits: 1 | 2;
    };

export type ModbusTiming = {
  /** How long a device may take to begin its answer; the time of request and answer on the wire comes on top. */
  readonly timeout: Millis;
  /** Silence kept after a time-out or a damaged answer, so that a late one is over before the next request. */
  readonly quiet: Millis;
  /** How long after a failed connection the next attempt is made at the earliest. */
  readonly reconnect: Millis;
};
