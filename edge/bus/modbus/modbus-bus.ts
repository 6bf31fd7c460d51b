import type { Millis } from '../../../sdk/model/time.ts';
import type { Block, Words } from '../reading.ts';

/** One write of one coil or one register. */
export type Write =
  | { readonly unit: number; readonly table: 'coil'; readonly address: number; readonly value: boolean }
  | { readonly unit: number; readonly table: 'holding'; readonly address: number; readonly value: number };

/** Counts since start. Figures for people and metrics; nothing is decided by them. */
export type LinkStats = {
  readonly requests: number;
  readonly answers: number;
  readonly timeouts: number;
  readonly crcErrors: number;
  readonly exceptions: number;
  /** Frames or bytes that fitted no request: late, foreign or noise. */
  readonly strays: number;
};

/**
 * One Modbus line or connection. Requests queue: one is on the line at a time, in the order asked, and a
 * waiting write goes before waiting reads.
 *
 * Promises: every call settles within its deadline; an answer is only ever given to the request it belongs to
 * (unit, function, length, echoed address and CRC or transaction number fit), and what comes late is dropped.
 */
export interface ModbusBus extends AsyncDisposable {
  /** @throws FengsuiError BUS_TIMEOUT | BUS_CRC | BUS_EXCEPTION | BUS_REPLY | BUS_DOWN */
  read(block: Block, signal: AbortSignal): Promise<Words>;
  /** @throws FengsuiError as {@link read} */
  write(write: Write, signal: AbortSignal): Promise<void>;
  stats(): LinkStats;
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
  /** How long one request may take. */
  readonly timeout: Millis;
  /** Silence kept after a time-out or a damaged answer, so that a late one is over before the next request. */
  readonly quiet: Millis;
  /** How long after a failed connection the next attempt is made at the earliest. */
  readonly reconnect: Millis;
};
