import { parseArgs } from 'node:util';
import { type GatewayRecord, recordOf } from '../../../sdk/client/record.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { decodeCbor } from '../../../sdk/wire/cbor.ts';
import { hearEntry } from '../../../sdk/wire/lane-entry.ts';
import { fieldsOf, isList, isText } from '../../../sdk/wire/parse.ts';
import { readRunClock } from '../../../sdk/wire/run-clock.ts';
import { configIn, type RunningGateway, runningGateway } from '../gateway/running-gateway.ts';
import { columns } from '../terminal/columns.ts';
import { type Lang, languageOf } from '../terminal/language.ts';
import { harmless, localTime } from '../terminal/text.ts';
import { recordText, recordWords } from './words.ts';

/**
 * `fengsui records`: what outputs were told and did, and who did what, on the gateway that runs with this configuration.
 * `--json`: as `records.stream` of the SDK tells it.
 * @throws FengsuiError UNAVAILABLE when it does not run; INVALID, CONFIG, FORBIDDEN, TIMEOUT, JOURNAL, PROTOCOL
 */
export async function recordsCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      config: { type: 'string' },
      last: { type: 'string', default: '100' },
      json: { type: 'boolean', default: false },
      lang: { type: 'string' },
    },
  });
  const lang = languageOf(values.lang, process.env);
  const last = countIn(values.last);
  const records = await newest(await runningGateway(configIn(values.config)), last);
  process.stdout.write(values.json ? `${JSON.stringify({ records })}\n` : recordTable(records, lang));
}

function countIn(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1 && count <= 1_000) return count;
  throw new FengsuiError('INVALID', `--last ${text}: expected a number from 1 to 1000`);
}

async function newest({ site, ask }: RunningGateway, last: number): Promise<readonly GatewayRecord[]> {
  const fields = fieldsOf(await ask('records', { last }), 'records');
  const clocks = decodeCbor(bytesOf(fields.text('clocks')));
  const known = (isList(clocks) ? clocks : []).map((raw, i) => readRunClock(raw, `records.clocks[${i}]`));
  return fields
    .list('records')
    .filter(isText)
    .flatMap((text) => {
      const entry = hearEntry(bytesOf(text));
      return 'record' in entry ? [recordOf(site.address.gateway, entry.record, known)] : [];
    });
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

/** Oldest first, one line each. */
export function recordTable(records: readonly GatewayRecord[], lang: Lang): string {
  if (records.length === 0) return `${recordWords.none[lang]}\n`;
  const rows = records.map((record) => [
    `${localTime(record.at)}.${String(record.at.getMilliseconds()).padStart(3, '0')}`,
    recordText(record, lang),
  ]);
  const head = [recordWords.time[lang], recordWords.record[lang]];
  return `${columns([head, ...rows], 0)
    .map(harmless)
    .join('\n')}\n`;
}
