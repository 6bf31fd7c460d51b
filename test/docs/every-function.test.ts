import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { publicSurface } from '../support/public-surface.ts';

const folder = fileURLToPath(new URL('../../docs/examples/cookbook/', import.meta.url));

/** What a program only hands on, from one function of the package to another, and never calls itself. */
const handedOn = /^fengsui\/edge (Clock|OperatorKey)\./;

it('every function of every entry of the package has a recipe in the cookbook', { timeout: 120_000 }, () => {
  const recipes = readdirSync(folder).flatMap((name) => (name.endsWith('.ts') ? [folder + name] : []));
  const { withoutSource, names, unused } = publicSurface(recipes);
  expect(withoutSource, 'entries of package.json that have no path in tsconfig.json').toEqual([]);
  const known = names.map(({ name }) => name);
  // One of each kind: were they not found, nothing could be missing of them.
  expect(known).toEqual(
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
  expect(
    unused.filter((name) => !handedOn.test(name)),
    'functions without a recipe',
  ).toEqual([]);
});
