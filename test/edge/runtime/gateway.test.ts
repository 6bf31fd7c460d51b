import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Site } from '../../../edge/runtime/config/site.ts';
import { runGateway } from '../../../edge/runtime/gateway.ts';
import { journalDirectory } from '../../support/journal-directory.ts';
import { head, siteOf } from '../../support/site-yaml.ts';

describe('a gateway whose start fails half way', () => {
  it('closes what it had opened: the next start has the journal, and ends in order', async () => {
    await using place = journalDirectory();
    const { directory, log } = place;
    const { clock, worker: journalWorker } = place.options;
    const site = siteOf(`${head}buses: []\n`);
    const here = { ...site, journal: { ...site.journal, path: directory } };
    const stop = new AbortController();
    const options = { clock, log, journalWorker, signal: stop.signal };

    const broken: Site = {
      ...here,
      // Asked for after the journal, the judgement and the buses are open.
      get uplinks(): never {
        throw new Error('half way');
      },
    };
    await expect(runGateway(broken, options)).rejects.toThrow('half way');
    expect(log.lines.some((line) => line.startsWith('gateway.started'))).toBe(false);
    expect(existsSync(join(directory, 'receipt.key'))).toBe(true); // so far had it come

    const run = runGateway(here, options);
    await Promise.race([log.heard('gateway.started'), run]);
    stop.abort(new Error('enough'));
    await run;
    expect(log.lines.at(-1)).toBe('gateway.stopped gw-1');
  });
});
