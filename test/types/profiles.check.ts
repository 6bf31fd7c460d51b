/** Compiled, never run: every line below an `@ts-expect-error` must be an error, or the type check of the tests fails. */
import { defineProfile } from '../../device-profiles/index.ts';

const head = { name: { en: 'x', zh: 'x' }, pollMs: 1_000, silenceMs: 10_000 } as const;
const source = 'a manual';
const pressure = { from: 'holding', at: 4, as: 'u16', unit: 'MPa', resolution: 0.001, range: [0, 6] } as const;
const low = {
  kind: 'supervisory',
  point: 'pressure',
  when: { below: 'low', deadband: 0 },
  onDelayMs: 0,
  offDelayMs: 0,
  source,
} as const;
const settings = { low: { default: 1, min: 0, max: 2, help: 'a limit' } } as const;

// As it should be: no error.
defineProfile({ ...head, id: 'acme/x', source, settings, points: { pressure }, conditions: { low } });

// @ts-expect-error a profile that cites nothing is not a profile
defineProfile({ ...head, id: 'acme/x', points: { pressure } });

// @ts-expect-error an id has a vendor and a model
defineProfile({ ...head, id: 'x', source, points: { pressure } });

// @ts-expect-error a misspelt key of the profile
defineProfile({ ...head, id: 'acme/x', source, points: { pressure }, silnceMs: 5 });

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // @ts-expect-error a misspelt key of a point
  points: { pressure: { ...pressure, scael: 0.1 } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // @ts-expect-error a bit has no unit
  points: { on: { from: 'coil', at: 1, as: 'bool', unit: 'V' } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // As they should be: parts of words, and a text.
  points: {
    on: { from: 'holding', at: 1, as: 'bool', bit: 15 },
    state: { from: 'holding', at: 1, as: 'choice', bits: [0, 1], of: { 0: 'off', 1: 'on' } },
    model: { from: 'input', at: 2, as: 'text', words: 4, order: 'BA', everyMs: 60_000 },
  },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // @ts-expect-error a bit of a register says which
  points: { on: { from: 'holding', at: 1, as: 'bool' } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // @ts-expect-error an input has no further bits
  points: { on: { from: 'discrete', at: 1, as: 'bool', bit: 3 } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // @ts-expect-error a text has a length and no resolution
  points: { model: { from: 'input', at: 2, as: 'text', words: 4, resolution: 1 } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // @ts-expect-error a number has a unit
  points: { pressure: { from: 'holding', at: 4, as: 'u16', resolution: 1, range: [0, 1] } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  // @ts-expect-error a contact on a line has no address
  points: { door: { from: 'line-in', as: 'bool', at: 3 } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  settings,
  points: { pressure },
  // @ts-expect-error a condition on a point that is not there
  conditions: { low: { ...low, point: 'presure' } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  settings,
  points: { pressure },
  // @ts-expect-error a limit by a setting that is not there
  conditions: { low: { ...low, when: { below: 'lwo', deadband: 0 } } },
});

defineProfile({
  ...head,
  id: 'acme/x',
  source,
  settings,
  points: { pressure },
  // @ts-expect-error a misspelt key of a condition
  conditions: { low: { ...low, latchd: true } },
});

const { source: _cited, ...uncited } = low;
defineProfile({
  ...head,
  id: 'acme/x',
  source,
  settings,
  points: { pressure },
  // @ts-expect-error a condition cites its source, too
  conditions: { low: uncited },
});
