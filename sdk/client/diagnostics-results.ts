import { FengsuiError } from '../model/errors.ts';
import type { FoundUnit, LogLine, LogsResult, ScanResult } from '../wire/methods.ts';
import { type Fields, fieldsOf, isCount, isList, isText } from '../wire/parse.ts';
import type { Data } from '../wire/request.ts';
import { wallOf } from './results.ts';

/** @throws FengsuiError PROTOCOL, like all of these */
export function parseLogs(raw: Data): LogsResult {
  const result = fieldsOf(raw, 'logs');
  return {
    lines: result.list('lines').map((line, i): LogLine => {
      const [number, at, level, event, fields] = isList(line) ? line : [];
      if (isCount(number) && isText(level) && isText(event) && isText(fields))
        return [number, wallOf(at, `logs.lines[${i}]`), level, event, fields];
      throw new FengsuiError('PROTOCOL', `logs.lines[${i}]: expected a number, a time, and three texts`);
    }),
    next: result.count('next'),
    missed: result.count('missed'),
  };
}

/** What a line of a log says besides its event. A text that is no JSON object is told as it is. */
export function parseLogFields(text: string): Readonly<Record<string, unknown>> {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return { ...fields };
  } catch {
    // told below
  }
  return { text };
}

export function parseScan(raw: Data): ScanResult {
  const scan = fieldsOf(raw, 'scan');
  return {
    isRunning: scan.flag('isRunning'),
    ...(scan.has('bus') && { bus: scan.text('bus') }),
    ...(scan.has('from') && { from: scan.count('from') }),
    ...(scan.has('to') && { to: scan.count('to') }),
    done: scan.count('done'),
    total: scan.count('total'),
    found: scan.list('found').map((one, i) => parseFound(fieldsOf(one, `scan.found[${i}]`))),
    ...(scan.has('why') && { why: scan.text('why') }),
  };
}

const kinds = ['present', 'conflict', 'damaged'] as const;

function parseFound(found: Fields): FoundUnit {
  const kind = kinds.find((each) => each === found.text('kind'));
  return {
    unit: found.count('unit'),
    devices: found.list('devices').filter(isText),
    kind: kind ?? 'present', // a newer gateway may know more; that somebody is there it says by telling of the unit
    candidates: found.list('candidates').map((one, i) => {
      const candidate = fieldsOf(one, `scan.candidates[${i}]`);
      return { profile: candidate.text('profile'), confidence: candidate.number('confidence') };
    }),
  };
}
