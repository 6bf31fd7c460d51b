import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import type { Loss } from '../../../sdk/model/point.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ModbusBus } from '../modbus/modbus-bus.ts';
import type { Block, Reading, Urgency } from '../reading.ts';

type Asking = { readonly clock: Clock; readonly urgency: Urgency; readonly signal: AbortSignal };

/** One request. What the field can do to it is a reading; anything else is a bug and is thrown. */
export async function readOnce(bus: ModbusBus, block: Block, { clock, urgency, signal }: Asking): Promise<Reading> {
  try {
    const words = await bus.read(block, signal, urgency);
    return { ok: true, at: clock.mono(), words };
  } catch (e) {
    const why = signal.aborted ? 'never-read' : lossOf(e);
    const exception = why === 'refused' ? exceptionOf(e) : undefined;
    const detail = describeError(e);
    return { ok: false, at: clock.mono(), why, detail, ...(exception !== undefined && { exception }) };
  }
}

const lossByCode = {
  BUS_TIMEOUT: 'timeout',
  BUS_CRC: 'bad-crc',
  BUS_EXCEPTION: 'refused',
  BUS_REPLY: 'bad-reply',
  BUS_DOWN: 'bus-down',
} as const satisfies Record<string, Loss>;

function lossOf(e: unknown): Loss {
  if (!FengsuiError.is(e, 'BUS_TIMEOUT', 'BUS_CRC', 'BUS_EXCEPTION', 'BUS_REPLY', 'BUS_DOWN')) throw e;
  return isGatewayTimeout(exceptionOf(e)) ? 'timeout' : lossByCode[e.code];
}

function exceptionOf(e: unknown): number | undefined {
  const code = FengsuiError.is(e, 'BUS_EXCEPTION') ? e.details['exception'] : undefined;
  return typeof code === 'number' ? code : undefined;
}

/**
 * Exceptions 10 and 11 are the word of a network gateway that cannot reach the unit (MODBUS Application Protocol
 * V1.1b3, clause 7): the unit itself is silent.
 */
const isGatewayTimeout = (exception: number | undefined): boolean => exception === 10 || exception === 11;
