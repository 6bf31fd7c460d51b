import type { DeviceAddress, Fengsui } from 'fengsui';

const profile = 'generic/municipal-hydrant';

/** Asks the gateway, rather than what has come in. */
export async function now(fs: Fengsui, address: DeviceAddress): Promise<number | undefined> {
  const { pressure } = await fs.telemetry.latest(fs.devices.get(address).as(profile), { timeoutMs: 5_000 });
  return pressure.value;
}

/** Yesterday's pressure in a thousand readings at most. */
export async function lastDay(fs: Fengsui, address: DeviceAddress): Promise<readonly (number | undefined)[]> {
  const to = new Date();
  const from = new Date(to.getTime() - 86_400_000);
  const device = fs.devices.get(address).as(profile);
  const readings = await fs.telemetry.history(device, { points: ['pressure'], from, to }).all({ max: 10_000 });
  return readings.slice(-1_000).map(({ value }) => value);
}

/** The lowest pressure of each hour, summed up on the gateway. */
export async function lowestByHour(fs: Fengsui, address: DeviceAddress): Promise<readonly string[]> {
  const span = { from: new Date(Date.now() - 7 * 86_400_000), to: new Date() };
  const rows: string[] = [];
  for await (const { from, min, count, leftOut } of fs.telemetry.history(fs.devices.get(address).as(profile), {
    ...span,
    every: 3_600_000,
  }))
    rows.push(`${from.toISOString()} ${min} (${count} good, ${leftOut} not)`);
  return rows;
}

/** A day of one device as CSV, page by page: it never has to fit into memory. */
export async function* asCsv(fs: Fengsui, address: DeviceAddress): AsyncGenerator<string> {
  const span = { from: new Date(Date.now() - 86_400_000), to: new Date() };
  for await (const page of fs.telemetry.history(fs.devices.get(address).as(profile), span).pages())
    yield page
      .map(({ at, point, quality, value }) => `${at?.toISOString() ?? ''},${point},${quality},${value ?? ''}\n`)
      .join('');
}

/** Readings as they come in; `point` tells the type of `value`. */
export async function firstReadings(fs: Fengsui, count: number, signal: AbortSignal): Promise<readonly number[]> {
  const seen: number[] = [];
  for await (const { quality, value } of fs.telemetry.stream({ profile }, { signal })) {
    if (quality === 'good' && value !== undefined) seen.push(value);
    if (seen.length === count) break;
  }
  return seen;
}

/** A window on a screen: shows what comes in until it is closed. A slow screen misses the oldest, and is told how many. */
export function openWindow(fs: Fengsui, show: (line: string) => void): { readonly close: () => void } {
  const stream = fs.telemetry.stream({ profile });
  const showAll = async (): Promise<void> => {
    for await (const { device, point, value } of stream) show(`${device} ${point} ${value} (${stream.dropped} missed)`);
  };
  void showAll();
  return { close: () => stream.close() };
}

/** What is left of readings for which a gateway had no room during a long outage. */
export async function sums(fs: Fengsui, signal: AbortSignal): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const { from, mean, count } of fs.telemetry.summaries({ profile }, { signal }))
    seen.push(`${from.toISOString()} ${mean} of ${count}`);
  return seen;
}
