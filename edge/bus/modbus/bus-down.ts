import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import type { ModbusEndpoint } from './modbus-bus.ts';

/** For messages: `host:port` or the path of the serial port. */
export const endpointName = (endpoint: ModbusEndpoint): string =>
  endpoint.kind === 'serial' ? endpoint.path : `${endpoint.host}:${endpoint.port}`;

/** The serial driver gives the text of the system's reason, not its code. */
const texts: readonly (readonly [string, string])[] = [
  ['No such file or directory', 'ENOENT'],
  ['Permission denied', 'EACCES'],
  ['Cannot lock port', 'EBUSY'],
  ['Device or resource busy', 'EBUSY'],
  ['Inappropriate ioctl', 'ENOTTY'],
  ['Is a directory', 'EISDIR'],
  ['No such device', 'ENODEV'],
  ['custom baud rate', 'EINVAL'],
  ['not supported on your platform', 'EINVAL'],
  ['Invalid argument', 'EINVAL'],
];

const advice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; check the port, and that Modbus is switched on in the device',
  ECONNRESET: 'the other side broke the connection off; it may allow too few connections at once',
  EHOSTUNREACH: 'no such host on this network; check address, cable and power of the device',
  ENETUNREACH: 'no way into that network; check the network settings of the gateway',
  ENOTFOUND: 'the name is not known; check it, or give the address in numbers',
  EAI_AGAIN: 'names cannot be looked up just now; check the network, or give the address in numbers',
  ENOENT: 'there is no such port; plug the adapter in, and name it by its path below /dev/serial/by-id',
  EACCES: 'no permission; add the user of the gateway to the group dialout',
  EBUSY: 'another program has the port open; end it',
  ENODEV: 'nothing is behind this port; plug the adapter in, and name it by its path below /dev/serial/by-id',
  EINVAL: 'the port does not take this speed; set a lower baud here and at the devices, or use another adapter',
  EISDIR: 'this is a folder; name a serial port, by its path below /dev/serial/by-id',
  ENOTTY: 'this is no serial port; name one, by its path below /dev/serial/by-id',
};

/** BUS_DOWN with place, the system's reason and what to do. */
export function busDown(name: string, what: string, cause: unknown): FengsuiError {
  const code = reasonCode(cause);
  const reason = code === undefined ? describeError(cause) : `${code}: ${advice[code] ?? describeError(cause)}`;
  return new FengsuiError('BUS_DOWN', `${name}: ${what}: ${reason}`, {
    cause,
    details: code === undefined ? { name } : { name, reason: code },
  });
}

function reasonCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || FengsuiError.is(cause)) return undefined;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return texts.find(([text]) => cause.message.includes(text))?.[1];
}
