import { expect, it } from 'vitest';
import { isUncertain, type Sighting } from '../../../simulators/serial/paced-line.ts';

it.each<[what: string, sighting: Sighting, uncertain: boolean]>([
  ['found before the silence was over: a violation', { lookedAt: 0, foundAt: 9, freeAt: 10 }, false],
  ['found before, by somebody who has just looked', { lookedAt: 8.9, foundAt: 9, freeAt: 10 }, false],
  ['found after, when nobody had looked at the end of the silence', { lookedAt: 5, foundAt: 15, freeAt: 10 }, true],
  ['found at the very end, after a long blindness', { lookedAt: 5, foundAt: 10, freeAt: 10 }, true],
  ['found after, by somebody who had just looked', { lookedAt: 9.9, foundAt: 10.05, freeAt: 10 }, false],
  ['not there yet when the silence was over: kept', { lookedAt: 11, foundAt: 15, freeAt: 10 }, false],
])('whether a request kept the silence, %s', (_what, sighting, uncertain) =>
  expect(isUncertain(sighting)).toBe(uncertain),
);
