import { parseArgs } from 'node:util';
import { connect, ed25519Signer, type Fengsui, generateOperatorKey } from '../../sdk/index.ts';
import { type Cast, startCast } from './cast.ts';
import { type Incident, incidents, type Stage } from './incidents.ts';
import { type Ledger, ledger, type Report } from './ledger.ts';
import { type Output, output } from './output.ts';
import { reportLines } from './report-lines.ts';
import { district, gateway, operator } from './site-file.ts';
import { watch } from './watch.ts';
import { languageOf, speaker } from './words.ts';

/**
 * The main job in one command: a village, a broker and a gateway, each a process of its own, and what the platform sees of
 * them through the SDK. Plays incidents for ever, or with `--once` each once, and then exits 0 only if nothing was lost,
 * repeated or otherwise than it should be.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { once: { type: 'boolean' }, lang: { type: 'string' } } });
  const say = speaker(languageOf(values.lang, process.env));
  const out = output(say);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(signal)));
  out.note(say('starting'));
  const keys = generateOperatorKey();
  await using cast = await startCast(keys.publicKey);
  for (const moved of cast.moved) out.note(`${say('moved')} ${moved}`);
  out.note(`${say('log')} ${cast.logFile}`);
  const signer = ed25519Signer({ keyId: operator, privateKey: keys.privateKey });
  await using fs = await connect({ url: cast.brokerUrl, district, signer });
  const book = ledger();
  const seen = watch(fs, book, out.alarm);
  let siren = false;
  cast.onSiren((on) => {
    siren = on;
  });
  let scene = say('starting');
  const stopDrawing = out.every(() => seen.state(scene));
  const stage: Stage = {
    cast,
    fs,
    ledger: book,
    alarm: seen.alarm,
    until: seen.until,
    siren: () => siren,
    tell: out.note,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  const play = async (incident: Incident): Promise<void> => {
    scene = say(incident.name);
    out.scene(scene);
    try {
      await incident.play(stage);
      out.note(`  ${say('passed')}`);
    } catch (e) {
      if (stop.signal.aborted) return;
      book.failed(`${incident.name}: ${e instanceof Error ? e.message : String(e)}`);
      out.note(`  ${say('failed')}: ${e instanceof Error ? e.message : String(e)}`);
    }
  };
  const stopped = new Promise<void>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  try {
    await Promise.race([perform(seen.until, fs, play, values.once === true, stop.signal), stopped]);
    if (stop.signal.aborted) {
      out.note(say('stopping'));
      return 0;
    }
    return await close(cast, fs, book, { out, say, stopDrawing });
  } finally {
    stopDrawing();
  }
}

async function perform(
  until: Stage['until'],
  fs: Fengsui,
  play: (incident: Incident) => Promise<void>,
  ...[once, signal]: [boolean, AbortSignal]
): Promise<void> {
  await until('the gateway is online', () => fs.gateways.list().some((g) => g.id === gateway && g.link.online), 30_000);
  await until(
    'every device has answered',
    () => fs.devices.list().length > 0 && fs.devices.list().every((d) => d.health === 'ok'),
    30_000,
  );
  for (const incident of once ? incidents : endless(incidents)) {
    if (signal.aborted) return;
    await play(incident);
  }
}

function* endless<T>(items: readonly T[]): Generator<T, never> {
  for (;;) yield* items;
}

/** Readings that nobody heard during an outage are fetched when the next batch shows that they are missing. */
const lastBatchesMs = 2_500;

/** Waits until the gateway has nothing left to give, and holds what was received against what it has written down. */
async function close(
  cast: Cast,
  fs: Fengsui,
  book: Ledger,
  { out, say, stopDrawing }: { out: Output; say: ReturnType<typeof speaker>; stopDrawing: () => void },
): Promise<number> {
  let entries = 0;
  await new Promise((resolve) => setTimeout(resolve, lastBatchesMs));
  for (let attempt = 0; attempt < 50; attempt++) {
    const status = await fs.gateways.status(gateway);
    entries = status.alarmLast;
    if (status.alarmBacklog === 0 && book.entries === entries) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  stopDrawing();
  const report: Report = book.report(entries);
  out.end([...reportLines(report, say), JSON.stringify(report)]);
  await cast[Symbol.asyncDispose]();
  return report.lost === 0 && report.repeated === 0 && report.failed.length === 0 && report.judged > 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (e: unknown) => {
    process.stderr.write(`${e instanceof Error ? (e.stack ?? e.message) : String(e)}\n`);
    process.exit(1);
  },
);
