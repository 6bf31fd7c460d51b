import { FengsuiError } from '../../../sdk/model/errors.ts';
import { baudAdvice, isBaudRate } from '../../bus/modbus/baud-rates.ts';
import type { ModbusEndpoint } from '../../bus/modbus/modbus-bus.ts';
import type { LineSetting } from '../../bus/scan/scan-plan.ts';

/** Options, for `parseArgs`, of the commands that open a bus themselves. */
export const whereOptions = {
  port: { type: 'string' },
  tcp: { type: 'string' },
  'rtu-over-tcp': { type: 'string' },
} as const;

export type Where = { readonly [K in keyof typeof whereOptions]?: string | undefined };

/** A serial port, for which settings are still open, or something on the network. */
export type Place =
  | { readonly kind: 'serial'; readonly path: string }
  | Exclude<ModbusEndpoint, { readonly kind: 'serial' }>;

/** @param positional the port, where it is named without `--port`. @throws FengsuiError INVALID */
export function placeOf(where: Where, positional: string | undefined): Place {
  const { tcp, port } = where;
  const overTcp = where['rtu-over-tcp'];
  const given = [port, tcp, overTcp, positional].filter((text) => text !== undefined);
  if (given.length !== 1)
    throw invalid('name one line: --port /dev/ttyUSB0, --tcp HOST:PORT or --rtu-over-tcp HOST:PORT');
  if (tcp !== undefined) return { kind: 'tcp', ...hostPort(tcp, '--tcp') };
  if (overTcp !== undefined) return { kind: 'rtu-over-tcp', ...hostPort(overTcp, '--rtu-over-tcp') };
  return { kind: 'serial', path: port ?? positional ?? '' };
}

/** The place at each of the settings; on a network there are none. */
export const endpointsAt = (place: Place, settings: readonly LineSetting[]): readonly ModbusEndpoint[] =>
  place.kind === 'serial' ? settings.map((setting) => ({ ...place, ...setting })) : [place];

/** `1-32`, `3`, `1,3,7-9`: whole numbers within bounds, in the order given, each once. @throws FengsuiError INVALID */
export function numbersIn(option: string, text: string, [low, high]: readonly [number, number]): readonly number[] {
  const numbers = text.split(',').flatMap((part) => {
    const match = /^\s*(\d{1,7})(?:\s*-\s*(\d{1,7}))?\s*$/.exec(part);
    const first = Number(match?.[1] ?? Number.NaN);
    const last = Number(match?.[2] ?? first);
    if (!(first >= low && last <= high && first <= last))
      throw invalid(`${option} ${text}: “${part}” is no number or range from ${low} to ${high}, as 3 or 1-32 are`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(numbers)];
}

/** One whole number within bounds. @throws FengsuiError INVALID */
export function numberIn(option: string, text: string, bounds: readonly [number, number]): number {
  const [number, ...more] = numbersIn(option, text, bounds);
  if (number === undefined || more.length > 0)
    throw invalid(`${option} ${text}: give one number from ${bounds[0]} to ${bounds[1]}`);
  return number;
}

/** @throws FengsuiError INVALID */
export function baudsIn(option: string, text: string): readonly number[] {
  return text.split(',').map((part) => {
    const baud = Number(part);
    if (!isBaudRate(baud)) throw invalid(`${option} ${text}: “${part}” ${baudAdvice}`);
    return baud;
  });
}

/** @throws FengsuiError INVALID */
export function paritiesIn(option: string, text: string): readonly LineSetting['parity'][] {
  return text.split(',').map((part) => {
    const found = (['none', 'even', 'odd'] as const).find((parity) => parity === part.trim());
    if (!found) throw invalid(`${option} ${text}: “${part}” is none of none, even, odd`);
    return found;
  });
}

function hostPort(text: string, option: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw invalid(`${option} ${text}: give HOST:PORT, e.g. 192.168.1.20:502`);
  return { host, port: numberIn(option, match?.[3] ?? '', [1, 65_535]) };
}

const invalid = (what: string): FengsuiError => new FengsuiError('INVALID', what);
