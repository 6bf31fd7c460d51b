import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Request } from './request.ts';

/** Modbus Application Protocol V1.1b3, clause 7. */
const exceptions: Readonly<Record<number, readonly [name: string, advice: string]>> = {
  1: ['illegal function', 'the device does not know this kind of table; check its profile'],
  2: ['illegal data address', 'the device has no such register; check its profile'],
  3: ['illegal data value', 'the device does not accept this value or count; check its profile'],
  4: ['server device failure', 'the device has an internal fault; look at the device'],
  5: ['acknowledge', 'the device needs longer; ask again later'],
  6: ['server device busy', 'ask again later'],
  7: ['negative acknowledge', 'the device cannot do that; check its profile'],
  8: ['memory parity error', 'the memory of the device is damaged; replace the device'],
  10: ['gateway path unavailable', 'the Modbus gateway has no such line; check unit number and gateway settings'],
  11: ['gateway target device failed to respond', 'check power, wiring and address of the device behind the gateway'],
};

/** BUS_EXCEPTION with code, name and what to do. `asked` says where and for what. */
export function deviceException(asked: string, request: Request, code: number): FengsuiError {
  const [name, advice] = exceptions[code] ?? ['unknown exception', 'see the manual of the device'];
  return new FengsuiError('BUS_EXCEPTION', `${asked}: refused with exception ${code}, ${name}: ${advice}`, {
    details: { unit: request.unit, exception: code },
  });
}
