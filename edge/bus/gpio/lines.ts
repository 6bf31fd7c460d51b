import type { MonoTime } from '../../../sdk/model/time.ts';

/** One GPIO line as the site's configuration names it. */
export type LineSpec = {
  /** Name by which the rest of the gateway knows it: the device id. */
  readonly name: string;
  /** Line offset on its chip (kernel), or pin number (Firmata). */
  readonly offset: number;
  readonly direction: 'in' | 'out';
  /** A contact to ground is active low. */
  readonly activeLow: boolean;
  readonly bias: 'none' | 'up' | 'down';
};

/** Where lines come from. */
export type LineSource =
  /** A kernel GPIO chip by its label, e.g. `pinctrl-rp1`. */
  | { readonly kind: 'gpiochip'; readonly label: string }
  /** A board that speaks Firmata over TCP. */
  | { readonly kind: 'firmata'; readonly host: string; readonly port: number };

export type Level = { readonly name: string; readonly active: boolean; readonly at: MonoTime };

/**
 * Lines of one source. All levels are logical: `true` is active, whatever the polarity on the wire.
 *
 * Outputs start inactive. A source that goes away (unplugged board) makes `read` and `write` fail and is
 * reopened by itself; after that, outputs are written to what was last asked for, and inputs are read anew.
 */
export interface Lines extends AsyncDisposable {
  /** The level just now: of an input on the wire, of an output as read back. @throws FengsuiError LINE | BUS_DOWN */
  read(name: string): Promise<Level>;
  /** @throws FengsuiError LINE (not an output, unknown) | BUS_DOWN */
  write(name: string, active: boolean): Promise<void>;
}

export type LinesListener = {
  /** An input changed; called at once, also for the initial level. */
  level(level: Level): void;
  /** The source came up (`undefined`) or went away (why). Called on change only. */
  health(problem: string | undefined): void;
};
