import { systemClock } from '../../platform/clock.ts';
import { stopper } from '../../platform/stop.ts';
import { loadConfig } from '../../runtime/config/load-config.ts';
import type { Site } from '../../runtime/config/site.ts';
import { askLocal } from '../../runtime/local/ask-local.ts';
import type { LocalQuery, LocalRequest } from '../../runtime/local/local-socket.ts';
import { need } from '../terminal/need.ts';

/** The gateway that runs on this host with a configuration. */
export type RunningGateway = {
  readonly site: Site;
  /** The answer is unchecked. @throws FengsuiError as {@link askLocal} */
  readonly ask: (query: LocalQuery, params?: LocalRequest['params']) => Promise<unknown>;
};

/** @param config the configuration that it runs with. @throws FengsuiError CONFIG */
export async function runningGateway(config: string): Promise<RunningGateway> {
  const site = await loadConfig(config);
  const clock = systemClock();
  const { signal } = stopper(); // never fires: Ctrl-C ends the program
  return {
    site,
    ask: (query, params) => askLocal(site.journal.path, query, { clock, signal, ...(params && { params }) }),
  };
}

/** What `--config` gave. @throws FengsuiError INVALID */
export const configIn = (given: string | undefined): string =>
  need(given, 'which gateway? Add --config FILE, the configuration that it runs with');
