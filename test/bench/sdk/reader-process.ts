/**
 * `sdk-reader.js bare|sdk|idle URL DISTRICT MESSAGES READINGS`: takes telemetry from a broker, and tells when the first and
 * the last of so many came. `bare` counts messages and looks at nothing; `sdk` counts typed readings; `idle` waits for none.
 */
import { connectAsync } from 'mqtt';
import type * as Sdk from '../../../sdk/index.ts';

export type ReaderReport = {
  /** From the first to the last, ms. */
  readonly tookMs: number;
  readonly count: number;
  readonly dropped: number;
  readonly gaps: number;
  readonly refused: number;
  /** Not what was sent: a reading of another value than it can have. */
  readonly wrong: number;
};

const [kind = '', url = '', district = '', messages = '0', readings = '0'] = process.argv.slice(2);

function tell(message: ReaderReport | 'ready'): void {
  process.send?.(message);
}

async function bare(): Promise<void> {
  const client = await connectAsync(url);
  let count = 0;
  let first = 0;
  client.on('message', () => {
    if (count++ === 0) first = performance.now();
    if (count === Number(messages))
      tell({ tookMs: performance.now() - first, count, dropped: 0, gaps: 0, refused: 0, wrong: 0 });
  });
  await client.subscribeAsync(`fengsui/v1/${district}/+/+/telemetry`, { qos: 0 });
  tell('ready');
}

async function sdk(): Promise<void> {
  // As it is published, and nothing beside it in this process but what the other kind needs.
  const { connect }: typeof Sdk = await import(new URL('../dist/index.js', import.meta.url).href);
  const fs = await connect({ url, district });
  let gaps = 0;
  fs.on('gap', () => gaps++);
  fs.on('error', (e) => console.error(e.message));
  fs.on('status', (status) => console.error(status));
  await fs.ready();
  tell('ready');
  if (kind === 'idle') return;
  const stream = fs.telemetry.stream({ profile: 'generic/municipal-hydrant' });
  let count = 0;
  let wrong = 0;
  let first = 0;
  for await (const { quality, value, unit } of stream) {
    if (count++ === 0) first = performance.now();
    if (quality !== 'good' || unit !== 'MPa' || value < 0.3 || value >= 0.39) wrong++;
    if (count < Number(readings)) continue;
    const { dropped } = stream;
    tell({ tookMs: performance.now() - first, count, dropped, gaps, refused: fs.refused, wrong });
  }
}

process.once('disconnect', () => process.exit());
await (kind === 'bare' ? bare() : sdk());
