import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { ModbusBus, ModbusEndpoint, ModbusTiming } from '../../bus/modbus/modbus-bus.ts';
import { openModbus } from '../../bus/modbus/open-modbus.ts';
import type { Clock } from '../../platform/clock.ts';
import { noLog } from '../../platform/log.ts';

export type OpenBus = (endpoint: ModbusEndpoint, timing: ModbusTiming) => ModbusBus;

/** Opens buses for one command. What is wrong with the line is told by the requests that fail. */
export const busOpener =
  (clock: Clock): OpenBus =>
  (endpoint, timing) =>
    openModbus(endpoint, timing, { clock, log: noLog });

/** The failure of a bus that a person has opened: the port may be in use by the gateway itself. */
export function explained(error: unknown): unknown {
  if (!FengsuiError.is(error, 'BUS_DOWN') || error.details['reason'] !== 'EBUSY') return error;
  const { name } = error.details;
  const what = `${String(name)}: the port is in use. If the gateway runs on it, stop it meanwhile (systemctl stop fengsui), else end the other program`;
  return new FengsuiError('BUS_DOWN', what, { details: error.details });
}
