import type { FengsuiError } from '../../../sdk/model/errors.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';
import type { LineSpec } from './lines.ts';

/** A line and the level an output has to have from the start. */
export type WantedLine = LineSpec & { readonly active: boolean };

/** What a backend tells while it is open. Lines are named by their place in the list it was opened with. */
export type BackendEvents = {
  /** An input has this level. May repeat itself. */
  level(index: number, active: boolean, at: MonoTime): void;
  /** The connection is over; said at most once, and nothing is said after it. */
  lost(problem: FengsuiError): void;
};

/** Open lines of one source. Closing leaves the outputs as they are. */
export interface OpenLines extends AsyncDisposable {
  /** An input: the level known now. An output: read back from the hardware. @throws FengsuiError LINE | BUS_DOWN */
  read(index: number): Promise<boolean>;
  /** @throws FengsuiError LINE | BUS_DOWN */
  write(index: number, active: boolean): Promise<void>;
}

/**
 * Reaches the lines of one source. All levels are logical. When it resolves, the outputs have been set to `active`
 * and a level has been told for every input.
 * @throws FengsuiError LINE (cannot be as configured) | BUS_DOWN (not reachable now) | DRIVER_MISSING
 */
export type OpenBackend = (
  lines: readonly WantedLine[],
  events: BackendEvents,
  signal: AbortSignal,
) => Promise<OpenLines>;
