import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import type { ModbusBus } from '../modbus/modbus-bus.ts';
import type { Block, Words } from '../reading.ts';

/** What followed one request. */
export type Heard =
  | { readonly kind: 'silent' }
  | { readonly kind: 'words'; readonly words: Words }
  | { readonly kind: 'refused'; readonly exception: number }
  | { readonly kind: 'damaged'; readonly detail: string };

/**
 * One read as a question whose every end is an answer. What a network gateway says of a unit that it cannot reach counts
 * as silence of the unit. A bus that is down, or the signal, rejects.
 */
export async function askUnit(bus: ModbusBus, block: Block, signal: AbortSignal): Promise<Heard> {
  try {
    return { kind: 'words', words: await bus.read(block, signal, 'scan') };
  } catch (error) {
    if (FengsuiError.is(error, 'BUS_TIMEOUT')) return { kind: 'silent' };
    if (FengsuiError.is(error, 'BUS_REPLY') && isOfAnother(error.details['frame'], block.unit))
      return { kind: 'silent' };
    if (FengsuiError.is(error, 'BUS_CRC', 'BUS_REPLY')) return { kind: 'damaged', detail: describeError(error) };
    if (FengsuiError.is(error, 'BUS_EXCEPTION')) return refused(error.details['exception']);
    throw error;
  }
}

/** Whether a frame, in hexadecimal digits, came from somebody else: another master is talking with them. */
const isOfAnother = (frame: unknown, unit: number): boolean =>
  typeof frame === 'string' && frame.length >= 2 && Number.parseInt(frame.slice(0, 2), 16) !== unit;

/** Exceptions 10 and 11 come from the gateway (MODBUS Application Protocol V1.1b3, clause 7). */
function refused(exception: unknown): Heard {
  if (exception === 10 || exception === 11) return { kind: 'silent' };
  return { kind: 'refused', exception: typeof exception === 'number' ? exception : 0 };
}
