import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { publicSurface } from '../support/public-surface.ts';

const folder = fileURLToPath(new URL('../../docs/examples/cookbook/', import.meta.url));
const recipes = readdirSync(folder).flatMap((name) => (name.endsWith('.ts') ? [folder + name] : []));

/** What a program only hands on, from one function of the package to another, and never calls itself. */
const handedOn = /^fengsui\/edge (Clock|OperatorKey)\./;

it('every function of every entry of the package has a recipe in the cookbook', { timeout: 120_000 }, () => {
  const { withoutSource, names, unused } = publicSurface(recipes);
  expect(withoutSource, 'entries of package.json that have no path in tsconfig.json').toEqual([]);
  // One of each kind: were they not found, nothing could be missing of them.
  expect(names).toEqual(
    expect.arrayContaining([
      'fengsui connect',
      'fengsui FengsuiError.is',
      'fengsui Alarms.shelve',
      'fengsui LanePlace.commit',
      'fengsui Paged.pages',
      'fengsui/authority Claims.redeem',
      'fengsui/store HistoryStore.prune',
      'fengsui/store/postgres openPostgresStore',
      'fengsui/device-profiles checkProfile',
      'fengsui/edge runGateway',
    ]),
  );
  expect(unused.filter((name) => !handedOn.test(name))).toEqual([]);
});

it('every recipe is run by a test, or is a part of another', () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const tests = readdirSync(here).filter((name) => /^cookbook.*\.test\.ts$/.test(name));
  const run = tests.map((name) => readFileSync(here + name, 'utf8')).join('\n');
  const all = recipes.map((path) => readFileSync(path, 'utf8')).join('\n');
  const names = [...all.matchAll(/^export (?:async )?(?:function\*?|const) (\w+)/gm)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(70);
  const isPart = (name: string): boolean => (all.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1;
  expect(names.filter((name) => !new RegExp(`\\.${name}\\b`).test(run) && !isPart(name))).toEqual([]);
});
