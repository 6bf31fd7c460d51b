import { FengsuiError } from 'fengsui';
import {
  journalWorker,
  jsonLog,
  type Log,
  loadConfig,
  parseConfig,
  runGateway,
  systemClock,
  version,
} from 'fengsui/edge';

/** A gateway within a program of your own, until the signal fires. `fengsui run` does the same. */
export async function runSite(file: string, signal: AbortSignal, write: (line: string) => void): Promise<void> {
  const site = await loadConfig(file);
  const clock = systemClock(site.clock === 'trusted' ? 'synced' : undefined);
  const log = jsonLog(clock, write);
  log.info('own.started', { version, site: site.name });
  await runGateway(site, { clock, log: alsoOnScreen(log), journalWorker, signal });
}

/** A log of your own: warnings go to a screen at the site as well. */
const alsoOnScreen = (log: Log): Log => ({
  info: (event, fields) => log.info(event, fields),
  warn(event, fields) {
    console.error(event);
    log.warn(event, fields);
  },
  child: (fields) => alsoOnScreen(log.child(fields)),
});

/** An editor for configurations: every mistake with its line and column. */
export function mistakesIn(yaml: string): readonly unknown[] {
  try {
    parseConfig(yaml, 'site.yaml');
    return [];
  } catch (e) {
    if (FengsuiError.is(e, 'CONFIG') && Array.isArray(e.details['problems'])) return e.details['problems'];
    throw e;
  }
}
