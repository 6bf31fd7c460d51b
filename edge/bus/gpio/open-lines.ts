import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { firmataBackend } from './firmata-backend.ts';
import { gpiochipBackend } from './gpiochip-backend.ts';
import { loadKernel } from './koffi-kernel.ts';
import { superviseLines } from './line-supervisor.ts';
import type { LineSource, LineSpec, Lines, LinesListener } from './lines.ts';

/**
 * Opens the lines of one source in the background and keeps them open. Until it is up, and while it is away, `read`
 * and `write` reject with the reason; a `write` is remembered all the same and made good when the source is back.
 *
 * Closing leaves the outputs as they are: what is safe then is for the caller to write before.
 * @throws FengsuiError LINE if two lines have one name or one offset, or an offset is not a whole number from 0 up
 */
export function openLines(
  source: LineSource,
  specs: readonly LineSpec[],
  listener: LinesListener,
  ctx: { readonly clock: Clock; readonly log: Log },
): Lines {
  const backend =
    source.kind === 'firmata'
      ? firmataBackend(source, ctx.clock)
      : gpiochipBackend(source.label, { clock: ctx.clock, load: loadKernel });
  return superviseLines(backend, specs, listener, ctx);
}
