import { once } from 'node:events';
import { parseBuckets, toBucket } from '../../../sdk/client/history-bucket.ts';
import { pointSpec, toReading } from '../../../sdk/client/reading.ts';
import { parseHistory } from '../../../sdk/client/results.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { ProfileSpec } from '../../../sdk/model/profile.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Site, SiteDevice } from '../../runtime/config/site.ts';
import { devicesOf } from '../gateway/devices-of.ts';
import { type RunningGateway, runningGateway } from '../gateway/running-gateway.ts';
import { type HistoryArguments, historyArguments } from './arguments.ts';
import type { HistoryItem } from './item.ts';
import { historyOutput } from './output.ts';

/**
 * `fengsui history`: what the gateway that runs with this configuration has read of a device, page by page, so that a
 * year of it takes no more memory than a day.
 * @throws FengsuiError UNAVAILABLE when it does not run; INVALID, CONFIG, FORBIDDEN, TIMEOUT, JOURNAL, PROTOCOL
 */
export async function historyCommand(args: readonly string[]): Promise<void> {
  const wanted = historyArguments(args, { now: systemClock().wall(), env: process.env });
  const running = await runningGateway(wanted.config);
  const { site } = running;
  const device = (await devicesOf(site)).find(({ id }) => id === wanted.device);
  const { district, town, gateway } = site.address;
  const output = historyOutput(wanted, `${district}/${town}/${gateway}/${wanted.device}/`);
  let count = 0;
  for await (const items of pagesOf(running, wanted, device?.profile)) {
    if (items.length === 0) continue;
    if (count === 0) await print(output.head());
    count += items.length;
    if (!(await print(output.items(items)))) return;
  }
  if (count === 0) {
    await nothingFound(site, wanted, device);
    await print(output.head());
  }
  await print(output.tail(count));
}

async function* pagesOf(
  { site, ask }: RunningGateway,
  wanted: HistoryArguments,
  spec: ProfileSpec | undefined,
): AsyncGenerator<readonly HistoryItem[], void> {
  const { gateway } = site.address;
  const { device, points, from, to, every } = wanted;
  let after: number | undefined;
  do {
    const answer = await ask('history', { device, points, from, to, every, after });
    const page = every === undefined ? parseHistory(answer) : parseBuckets(answer);
    if ('rows' in page)
      yield page.rows.map((row) => {
        const { point } = row;
        return { kind: 'reading', ...toReading(row, pointSpec(spec, point)), gateway, device, point } as const;
      });
    else {
      const about = { gateway, device, every: every ?? 0, spec };
      yield page.buckets.map((bucket) => ({ kind: 'bucket', ...toBucket(bucket, about) }) as const);
    }
    if (page.next !== undefined && page.next === after)
      throw new FengsuiError('PROTOCOL', 'the history of the gateway does not advance; tell its maker');
    after = page.next;
  } while (after !== undefined);
}

/** Nothing may be right; or the name is wrong. A device that was removed may still have a history. */
async function nothingFound(site: Site, wanted: HistoryArguments, device: SiteDevice | undefined): Promise<void> {
  if (!device) {
    const ids = (await devicesOf(site)).map(({ id }) => id);
    throw new FengsuiError(
      'INVALID',
      `there is no device “${wanted.device}”, and nothing of it in this time; there are ${ids.join(', ') || 'none'}`,
    );
  }
  const names = Object.keys(device.profile.points);
  const unknown = wanted.points?.find((point) => !names.includes(point));
  if (unknown !== undefined)
    throw new FengsuiError('INVALID', `${device.id} has no point “${unknown}”; it has ${names.join(', ')}`);
}

/** False once whoever reads has heard enough, such as `head`. */
async function print(text: string): Promise<boolean> {
  const { stdout } = process;
  if (!heard) {
    heard = true;
    stdout.on('error', (e) => {
      if (!('code' in e) || e.code !== 'EPIPE') throw e;
      isOver = true;
    });
  }
  if (text !== '' && !isOver && !stdout.write(text))
    await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]).catch(() => undefined);
  return !isOver;
}

let heard = false;
let isOver = false;
