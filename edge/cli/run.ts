import { systemClock } from '../platform/clock.ts';
import { kernelTime } from '../platform/kernel-time.ts';
import { jsonLog } from '../platform/log.ts';
import { scope } from '../platform/scope.ts';
import { fileFeeder, systemdFeeder } from '../platform/watchdog-feeder.ts';
import { loadConfig } from '../runtime/config/load-config.ts';
import { runGateway } from '../runtime/gateway.ts';
import { journalWorker } from '../runtime/journal-worker-url.ts';

/** Runs until SIGINT or SIGTERM. Logs one JSON object a line to standard error. */
export async function run(file: string): Promise<void> {
  const site = await loadConfig(file);
  const clock = systemClock(site.clock === 'trusted' ? 'synced' : undefined, await kernelTime());
  const log = jsonLog(clock, (line) => process.stderr.write(line));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      log.info('gateway.stopping', { signal });
      stop.abort(new Error(signal));
    });
  }
  await using watched = scope();
  const systemd = systemdFeeder(process.env);
  const watchdogs = [
    ...(systemd ? [systemd] : []),
    ...(site.watchdog === undefined ? [] : [watched.own(await fileFeeder(site.watchdog))]),
  ];
  await runGateway(site, {
    clock,
    watchdogs,
    log,
    signal: stop.signal,
    journalWorker,
  });
}
