import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayAlarms } from '../../../../../edge/cli/alarms/replay/command.ts';
import { temporaryFolder } from '../../../../support/temporary-folder.ts';
import { fakeTerminal } from '../../terminal/fake-terminal.ts';

const hydrant = 'generic/municipal-hydrant';

/** Rows a second apart. */
const rows = (...values: readonly (number | string)[]): string =>
  `timestamp,value,quality\n${values.map((value, i) => `${1_764_000_000 + i},${value}${`${value}`.includes(',') ? '' : ','}`).join('\n')}\n`;

async function run(csv: string | Uint8Array, ...args: readonly string[]): Promise<string> {
  const file = join(await temporaryFolder(), 'last-month.csv');
  await writeFile(file, csv);
  const terminal = fakeTerminal();
  const given = args.includes('--profile') ? args : ['--profile', hydrant, ...args];
  await replayAlarms(['--csv', file, '--lang', 'en', ...given], terminal);
  return terminal.said().out;
}
type Told = { line: number; condition: string; event: string };
async function events(csv: string | Uint8Array, ...args: readonly string[]): Promise<readonly string[]> {
  const { events: told }: { events: readonly Told[] } = JSON.parse(await run(csv, '--json', ...args));
  return told.map(({ line, condition, event }) => `${line} ${condition} ${event}`);
}
const refusal = async (csv: string, ...args: readonly string[]): Promise<string> =>
  run(csv, ...args).then(
    () => 'accepted',
    (e: unknown) => (e instanceof Error ? e.message.replace(/^.*last-month\.csv/, 'F') : ''),
  );

const lowFor9s = rows(...Array.from({ length: 9 }, () => 0.13), ...Array.from({ length: 9 }, () => 0.3));

describe('fengsui alarms replay', () => {
  it('tells what would have been raised, when and why, and how often and long each condition was active', async () => {
    const out = await run(lowFor9s);
    expect(out).toMatch(/^time +condition +kind +event +value +why\n/);
    expect(out).toMatch(
      /1764000005 +low +supervisory +raised +0\.13 MPa +0\.13 MPa: pressure below 0\.14 MPa for 5 s; it had been so for 5 s; rule from: GB 50974/,
    );
    expect(out).toMatch(/^low +supervisory +1 +9 s +9 s$/m);
    expect(out).toMatch(/^low-low +supervisory +0 +0 s +0 s$/m);
    expect(out).toMatch(/^18 rows$/m);
  });

  it('speaks Chinese', async () => {
    const out = await run(lowFor9s, '--lang', 'zh');
    expect(out).toMatch(/监管 +发生 +0\.13 MPa +0\.13 MPa：压力低于 0\.14 MPa，持续 5 秒/);
    expect(out).toMatch(/^条件 +类别 +次数 +累计时长 +最长$/m);
  });

  it('says so when nothing would have been raised', async () => {
    expect(await run(rows(0.3, 0.3))).toMatch(/^nothing would have been raised$/m);
  });

  it.each<[what: string, args: string[], expected: string[]]>([
    ['as the profile has it', [], ['7 low raised', '16 low cleared']],
    ['a lower limit', ['--set', 'low=0.12'], []],
    ['a lower limit of the condition itself', ['--set', 'low.limit=0.12'], []],
    ['a longer on-delay', ['--set', 'low.onDelayMs=8000'], ['10 low raised', '16 low cleared']],
    ['a longer off-delay', ['--set', 'low.offDelayMs=8000'], ['7 low raised', '19 low cleared']],
    ['a deadband that 0.3 is within', ['--set', 'low.deadband=0.2'], ['7 low raised']],
  ])('%s', async (_what, args, expected) => expect(await events(lowFor9s, ...args)).toEqual(expected));

  it('judges at the level asked for', async () => {
    expect(await events(lowFor9s, '--level', 'severe')).toContain('4 low raised'); // the profile shortens the delay
  });

  it.each<[what: string, csv: string | Uint8Array]>([
    ['a BOM, CRLF and semicolons', `\uFEFF${lowFor9s.replaceAll(',', ';').replaceAll('\n', '\r\n')}`],
    [
      'tabs and UTF-16, as “Unicode text” of a spreadsheet',
      Buffer.from(`\uFEFF${lowFor9s.replaceAll(',', '\t')}`, 'utf16le'),
    ],
    ['quotes', lowFor9s.replaceAll(/([\d.]+),/g, '"$1",')],
    ['the point by its name, and columns that nobody knows', lowFor9s.replace('value,quality', 'pressure,remark')],
    ['Chinese names', lowFor9s.replace('timestamp,value,quality', '时间,数值,质量')],
    ['milliseconds', lowFor9s.replaceAll(/^(\d+),/gm, '$1000,')],
  ])('reads %s', async (_what, csv) => expect(await events(csv)).toEqual(['7 low raised', '16 low cleared']));

  it('judges values that are lost or in doubt as a gateway does: they neither raise nor clear', async () => {
    const doubted = rows(0.13, '0.13,unconfirmed', '0.13,timeout', ',timeout', '-0.5', '9', 0.13, 0.13);
    expect(await events(doubted)).toEqual(['8 low raised']);
  });

  it('tells a device that stays silent, and needs no value for it', async () => {
    const silent = rows(0.3, ...Array.from({ length: 70 }, () => ',timeout'), 0.3);
    expect(await events(silent)).toEqual(['47 no-answer raised', '73 no-answer cleared']);
  });

  it('knows choices by name and by number, and several points at once', async () => {
    const smoke = 'timestamp,status,battery\n1,normal,100\n2,1,100\n3,smoke,10\n100,normal,10\n200,7,';
    const out = await run(smoke, '--profile', 'generic/wireless-smoke-alarm');
    expect(out).toMatch(/^2 +smoke +fire +raised/m);
    expect(out).toMatch(/^smoke +fire +1 .*still active at the end: it stays until it is reset$/m);
    expect(out).toMatch(/^100 +battery-low +fault +raised/m);
    expect(out).toMatch(/^unheard .*not judged: its point is not in the recording$/m);
  });

  it('says when the recording is coarser than a gateway would read', async () => {
    const coarse = rows(0.3, 0.3).replace('1764000001', '1764000600');
    expect(await run(coarse)).toMatch(
      /what is shorter than the gaps is not in the recording\. On average every 10 min \(1 s\)/,
    );
  });

  it('reads a long recording piece by piece', async () => {
    const long = rows(...Array.from({ length: 60_000 }, (_, i) => (i % 1_000 < 10 ? 0.13 : 0.3)));
    const { rows: count, conditions } = JSON.parse(await run(long, '--json'));
    expect(count).toBe(60_000);
    expect(conditions[0]).toMatchObject({ condition: 'low', raised: 60, judged: true });
  });
});

describe('a mistake in the recording is told with its line and column, and what to do', () => {
  it.each<[what: string, csv: string, says: string]>([
    ['no number', rows(0.3, 'x'), 'F, line 3, column 2 “value”: “x” is no number; write it as 0.14, or leave'],
    [
      'a decimal comma',
      rows(0.3).replaceAll(',', ';').replace('0.3', '0,3'),
      'line 2, column 2 “value”: “0,3” is no number; write it with a point, as 0.3',
    ],
    [
      'a decimal comma between commas',
      rows('0,3,'),
      'line 2: 4 cells, but the first line names 3; write numbers with a point',
    ],
    [
      'no time',
      rows(0.3).replace('1764000000', 'yesterday'),
      'line 2, column 1 “timestamp”: “yesterday” is no time; write 2026-',
    ],
    [
      'time going backwards',
      rows(0.3, 0.3).replace('1764000001', '1763999999'),
      '“1763999999” is before “1764000000” of line 2; sort the file',
    ],
    [
      'no quality',
      rows('0.3,bad'),
      'line 2, column 3 “quality”: “bad” is no quality; leave it empty for good, or write one of good, out-of-range',
    ],
    ['no timestamp column', 'value\n1\n', 'line 1: there is no column “timestamp”; the first line is value'],
    [
      'no value column',
      'timestamp,presure\n1,1\n',
      'line 1: no column holds a value; call it “value”, or by a point of generic/municipal-hydrant: pressure',
    ],
    ['a column twice', 'timestamp,value,value\n1,1,1\n', 'two columns are called “value”'],
    ['nothing at all', '', 'has no rows'],
    ['names only', 'timestamp,value\n', 'has no rows'],
  ])('%s', async (_what, csv, says) => expect(await refusal(csv)).toContain(says));

  it('a value column of a profile of several numbers', async () => {
    expect(await refusal(rows(1), '--profile', 'eastron/sdm120')).toContain(
      'which point is “value”? Add --point with one of voltage',
    );
  });

  it('a choice that is none', async () => {
    const smoke = rows('burning');
    expect(await refusal(smoke, '--profile', 'generic/wireless-smoke-alarm', '--point', 'status')).toContain(
      '“burning” is none of normal, smoke, test, fault',
    );
  });
});

describe('what is asked for wrongly', () => {
  it.each<[args: string[], says: string]>([
    [['--set', 'lowest=0.1'], 'has no such setting; it has toMegapascal, low, stuckMs, lowLow'],
    [['--set', 'low=3'], '--set low=3: outside 0 to 2 (static pressure'],
    [['--set', 'low'], 'give NAME=NUMBER'],
    [['--set', 'low=0,14'], 'give NAME=NUMBER'],
    [['--set', 'low=0.1', '--set', 'low=0.12'], '“low” is set twice'],
    [['--set', 'lowest.limit=0.1'], 'has no condition “lowest”; it has low, low-low'],
    [['--set', 'low.limits=0.1'], 'of a condition can be set limit, deadband, onDelayMs, offDelayMs'],
    [['--set', 'low.onDelayMs=-1'], 'low: onDelayMs -1 is negative'],
    [['--set', 'low.limit=7'], 'it would always hold'],
    [['--set', 'low.limit=0.05'], 'low-low: 0.1 is passed before “low” at 0.05'],
    [['--set', 'low=0.05'], '0.1 is passed before “low” at 0.05'],
    [['--level', 'high'], '--level high: give one of normal, heightened, severe'],
    [['--point', 'level'], '--point level: generic/municipal-hydrant has pressure'],
    [
      ['--profile', 'generic/hydrant'],
      '--profile generic/hydrant: there is none; is it generic/municipal-hydrant or generic/indoor-hydrant?',
    ],
    [['--profile', 'none'], 'fengsui profiles lists them'],
  ])('%j', async (args, says) => expect(await refusal(rows(1), ...args)).toContain(says));

  it('a state has no limit', async () => {
    const wrong = refusal(rows(1), '--profile', 'generic/call-button', '--set', 'pressed.limit=1');
    expect(await wrong).toContain('pressed.limit: “pressed” looks for a state and has no limit');
  });

  it('no file, no profile, and a file that is not there', async () => {
    const terminal = fakeTerminal();
    await expect(replayAlarms(['--profile', hydrant], terminal)).rejects.toThrow('Add --csv FILE');
    await expect(replayAlarms(['--csv', 'x'], terminal)).rejects.toThrow('Add --profile');
    await expect(replayAlarms(['--profile', hydrant, '--csv', '/nowhere.csv'], terminal)).rejects.toThrow(
      'there is no such file',
    );
  });
});
