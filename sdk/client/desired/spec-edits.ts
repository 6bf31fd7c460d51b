import { createHash } from 'node:crypto';
import { FengsuiError } from '../../model/errors.ts';
import type { DeviceSpec } from '../../wire/methods.ts';

type Specs = readonly DeviceSpec[];

/** The list with these in the place of those of the same ids, others at its end; of two with one id the later. */
export const withDevices = (devices: Specs, more: Specs): Specs => {
  const given = new Map(more.map((device) => [device.id, device]));
  const kept = devices.map((device) => given.get(device.id) ?? device);
  const ids = new Set(devices.map((device) => device.id));
  return [...kept, ...[...given.values()].filter((device) => !ids.has(device.id))];
};

export const withoutDevice = (devices: Specs, id: string): Specs => devices.filter((d) => d.id !== id);

/** Whether two lists want the same, in whatever order. */
export const sameSpecs = (a: Specs, b: Specs): boolean => listText(a) === listText(b);

/** Changes with everything that is wanted of a device, and with nothing else. */
export function etagOf(device: DeviceSpec): string {
  const before = etags.get(device);
  if (before !== undefined) return before;
  const etag = createHash('sha256').update(canonical(device)).digest('base64url').slice(0, 16);
  etags.set(device, etag);
  return etag;
}
/** Lists ask again and again for what has not changed. */
const etags = new WeakMap<DeviceSpec, string>();

/** @throws FengsuiError CONFLICT with `details.expected` (the etag that was given) and `details.actual` */
export function expectEtag(device: DeviceSpec, expected: string): void {
  const actual = etagOf(device);
  if (actual === expected) return;
  throw new FengsuiError(
    'CONFLICT',
    `the device “${device.id}” has changed since it was read; read it again before you change it`,
    { details: { device: device.id, expected, actual, current: device } },
  );
}

const listText = (devices: Specs): string =>
  devices
    .map((device) => canonical(device))
    .toSorted()
    .join('\n');

/** Equal for equal values, whatever the order of their keys and whether what is absent is left out or undefined. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value)
    .filter(([, x]) => x !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, x]) => `${JSON.stringify(key)}:${canonical(x)}`).join(',')}}`;
}
