#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=1 --optimize-for-size --max-old-space-size=192
import { parseArgs } from 'node:util';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { version } from '../runtime/version.ts';
import { checkConfig } from './check-config.ts';
import { keygen } from './keygen.ts';
import { printSchema } from './print-schema.ts';
import { run } from './run.ts';
import { usage } from './usage.ts';

/** 0 ok · 1 used wrongly · 2 configuration · 3 anything else */
const exit = { ok: 0, usage: 1, config: 2, failed: 3 } as const;

/** Words of a command → what it does. */
const commands: Record<string, (args: { file: string | undefined }) => Promise<void>> = {
  run: ({ file }) => run(needed(file)),
  'config check': ({ file }) => checkConfig(needed(file)),
  'config schema': () => printSchema(),
  keygen: () => keygen(),
};

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  });
  if (values.version) process.stdout.write(`${version}\n`);
  else if (values.help || positionals.length === 0) process.stdout.write(usage);
  else {
    const [first = '', second = ''] = positionals;
    const two = commands[`${first} ${second}`];
    const command = two ?? commands[first];
    if (!command)
      throw new FengsuiError('INVALID', `there is no command “${positionals.join(' ')}”; see fengsui --help`);
    await command({ file: values.config ?? positionals[two ? 2 : 1] });
  }
  return exit.ok;
}

function needed(file: string | undefined): string {
  if (file === undefined) throw new FengsuiError('INVALID', 'which configuration file? Add --config FILE');
  return file;
}

function codeOf(e: unknown): number {
  if (FengsuiError.is(e, 'CONFIG')) return exit.config;
  if (FengsuiError.is(e, 'INVALID') || e instanceof TypeError) return exit.usage;
  return exit.failed;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (e) {
  process.stderr.write(`fengsui: ${describeError(e)}\n`);
  process.exitCode = codeOf(e);
}
