import type { z } from 'zod';
import type { ConfigProblem } from './config-problem.ts';

/** One finding of the schema in words for the person who wrote the file. The schema must be run with `reportInput`. */
export function explainIssue(issue: z.core.$ZodIssue): readonly ConfigProblem[] {
  const path = issue.path.filter((p): p is string | number => typeof p !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such key; check its spelling' }));
  }
  return [{ path, message: messageOf(issue) }];
}

type Issue = Exclude<z.core.$ZodIssue, { code: 'unrecognized_keys' }>;

function messageOf(issue: Issue): string {
  // Messages of our own schema stay; those of the library begin in ways of their own.
  const isOurs = !/^(Invalid|Too) /.test(issue.message);
  const expected = isOurs ? issue.message : expectationOf(issue);
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return expected;
  if (issue.input === undefined) return `is missing; ${expected}`;
  if (issue.input === null) return `is empty; ${expected}`;
  return isOurs ? expected : `${expected}, got ${shown(issue.input)}`;
}

const kindNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
};

function expectationOf(issue: Issue): string {
  if (issue.code === 'invalid_type') return `expected ${kindNames[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(' or ')}`;
  if (issue.code === 'too_small') {
    return `expected at least ${Number(issue.minimum).toLocaleString('en')}${measureOf(issue.origin)}`;
  }
  if (issue.code === 'too_big') {
    return `expected at most ${Number(issue.maximum).toLocaleString('en')}${measureOf(issue.origin)}`;
  }
  return issue.message;
}

function measureOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function shown(input: unknown): string {
  const text = JSON.stringify(input) ?? String(input);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
