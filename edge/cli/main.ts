#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=1 --optimize-for-size --max-old-space-size=192
import { parseArgs } from 'node:util';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { endWithin } from '../platform/process.ts';
import { version } from '../runtime/version.ts';
import { alarmsList } from './alarms/list.ts';
import { replayAlarms } from './alarms/replay/command.ts';
import { busStat } from './bus/command.ts';
import { checkConfig } from './config/check.ts';
import { printSchema } from './config/schema.ts';
import { detectCommand } from './detect/command.ts';
import { deviceAdd, deviceChange, deviceList, deviceRemove } from './device/commands.ts';
import { historyCommand } from './history/command.ts';
import { keygen } from './keygen.ts';
import { listProfiles } from './profiles.ts';
import { recordsCommand } from './records/command.ts';
import { run } from './run.ts';
import { scanCommand } from './scan/command.ts';
import { uplinkStat } from './uplink/command.ts';
import { usage } from './usage.ts';

/** 0 ok · 1 used wrongly · 2 configuration · 3 anything else · 4 done, and a person has to see to something */
const exit = { ok: 0, usage: 1, config: 2, failed: 3, needsPerson: 4 } as const;

/** What a command that failed may take to end, ms. */
const mostToEnd = 10_000;

type Command = (args: readonly string[]) => Promise<'needs a person' | undefined | void>;

/** Words of a command → what it does with the arguments that follow them. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['run', (args) => run(fileIn(args))],
  ['config check', (args) => checkConfig(fileIn(args))],
  ['config schema', alone(printSchema)],
  ['profiles', listProfiles],
  ['alarms list', alarmsList],
  ['bus stat', busStat],
  ['uplink stat', uplinkStat],
  ['history', historyCommand],
  ['records', recordsCommand],
  ['alarms replay', replayAlarms],
  ['device add', deviceAdd],
  ['device change', deviceChange],
  ['device remove', deviceRemove],
  ['device list', deviceList],
  ['scan', scanCommand],
  ['detect', detectCommand],
  ['keygen', alone(keygen)],
  ['enroll', async (args) => (await import('./enroll/command.ts')).enrollCommand(args)],
  // Loaded when they are called: the gateway has no use for what signs certificates.
  ['identity', async (args) => (await import('./identity/command.ts')).identityCommand(args)],
  ['authority init', async (args) => (await import('./authority/commands.ts')).authorityInit(args)],
  ['authority issue', async (args) => (await import('./authority/commands.ts')).authorityIssue(args)],
  ['authority renew', async (args) => (await import('./authority/commands.ts')).authorityRenew(args)],
  ['authority renew-due', async (args) => (await import('./authority/renew-due/command.ts')).authorityRenewDue(args)],
  ['authority revoke', async (args) => (await import('./authority/commands.ts')).authorityRevoke(args)],
  ['authority list', async (args) => (await import('./authority/commands.ts')).authorityList(args)],
  ['authority claim', async (args) => (await import('./authority/claim-commands.ts')).authorityClaim(args)],
  ['authority claims', async (args) => (await import('./authority/claim-commands.ts')).authorityClaims(args)],
  ['authority cancel', async (args) => (await import('./authority/claim-commands.ts')).authorityCancel(args)],
  ['authority serve', async (args) => (await import('./authority/serve.ts')).authorityServe(args)],
  ['broker mosquitto-config', async (args) => (await import('./broker/command.ts')).brokerConfig(args)],
]);

async function main(argv: readonly string[]): Promise<number> {
  const [first = '--help', second = ''] = argv;
  const two = commands.get(`${first} ${second}`);
  const command = two ?? commands.get(first);
  if (argv.length === 0 || argv.some((arg) => arg === '--help' || arg === '-h')) process.stdout.write(usage);
  else if (first === '--version' || first === '-v') process.stdout.write(`${version}\n`);
  else if (command) return (await command(argv.slice(two ? 2 : 1))) ? exit.needsPerson : exit.ok;
  else throw new FengsuiError('INVALID', `there is no command “${argv.join(' ')}”; see fengsui --help`);
  return exit.ok;
}

/** The configuration, as `--config FILE` or as FILE. */
function fileIn(args: readonly string[]): string {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { config: { type: 'string' } },
  });
  const [file] = values.config === undefined ? positionals : [values.config, ...positionals];
  if (file === undefined) throw new FengsuiError('INVALID', 'which configuration file? Add --config FILE');
  return file;
}

/** A command that takes no arguments. */
function alone(command: () => Promise<void>): Command {
  return async (args) => {
    parseArgs({ args: [...args], options: {} });
    await command();
  };
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
  endWithin(mostToEnd);
}
