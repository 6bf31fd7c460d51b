import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStatus } from '../../../sdk/client/results.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { busFigures, statusOf, unitFigures } from '../../support/link-figures.ts';

const whole = statusOf(busFigures('street', [unitFigures(1), unitFigures(2, { state: 'silent' })]));

/** The same, with one value somewhere inside replaced. */
function replaced(path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(whole);
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1) ?? ''] = value;
  return copy;
}

describe('the status of a gateway, as it comes', () => {
  it('is taken over as it is when it is right', () => {
    expect(parseStatus(whole)).toEqual(whole);
  });

  it('tells of its clock and of its card, where it does', () => {
    const clock = { trust: 'synced', errorMs: 1.5, steps: 2, lastStepMs: -86_400_000 } as const;
    const wear = { overMs: 86_400_000, ownPerDay: 3e8, cardPerDay: 5e8, cardYears: 54.8 };
    expect(parseStatus({ ...whole, clock, wear })).toEqual({ ...whole, clock, wear });
    const bare = { clock: { trust: 'unknown', steps: 0 }, wear: { overMs: 600_000, cardYears: 1_000 } };
    expect(parseStatus({ ...whole, ...bare })).toEqual({ ...whole, ...bare });
  });

  it('may lack turnarounds: nobody has answered yet', () => {
    const { turnaround: _, ...unit } = unitFigures(1);
    expect(parseStatus(statusOf(busFigures('street', [unit]))).buses[0]?.units).toEqual([unit]);
  });

  it('with a state of a later version is still read; the state is not known', () => {
    expect(parseStatus(replaced(['buses', 0, 'units', 0, 'state'], 'asleep')).buses[0]?.units[0]?.state).toBe(
      'unknown',
    );
  });

  it('keeps nothing that it does not know', () => {
    expect(parseStatus(replaced(['buses', 0, 'colour'], 'red'))).toEqual(whole);
  });

  it.each<[what: string, path: (string | number)[], value: unknown]>([
    ['no buses', ['buses'], undefined],
    ['buses that are no list', ['buses'], 'street'],
    ['a bus that is no map', ['buses', 0], 7],
    ['a bus without units', ['buses', 0, 'units'], undefined],
    ['a count below zero', ['buses', 0, 'answers'], -1],
    ['half a request', ['buses', 0, 'requests'], 0.5],
    ['a count in words', ['buses', 0, 'units', 1, 'late'], '4'],
    ['a count that is not there', ['buses', 0, 'units', 1, 'foreign'], undefined],
    ['a state that is no text', ['buses', 0, 'units', 0, 'state'], 1],
    ['an endless utilisation', ['buses', 0, 'utilisation'], Number.POSITIVE_INFINITY],
    ['a utilisation below zero', ['buses', 0, 'utilisation'], -0.1],
    ['half a turnaround', ['buses', 0, 'turnaround'], { p50Ms: 1 }],
    ['a turnaround below zero', ['buses', 0, 'units', 0, 'turnaround'], { p50Ms: -1, p99Ms: 2 }],
    ['a next that is no text', ['next'], 5],
    ['a count that cannot even be shown', ['uptimeMs'], { toString: '' }],
  ])('%s is refused', (_, path, value) => {
    expect(() => parseStatus(replaced(path, value))).toThrow(
      expect.objectContaining({ code: 'PROTOCOL', message: expect.stringContaining(String(path.at(-1))) }),
    );
  });

  it('whatever comes, it is a status or a PROTOCOL error', () => {
    const junk = fc.oneof(
      fc.anything(),
      fc.array(fc.anything()).map((buses) => ({ ...whole, buses })),
      fc.dictionary(fc.constantFrom('state', 'units', 'turnaround', 'requests', 'id'), fc.anything()).map((bus) => ({
        ...whole,
        buses: [{ ...whole.buses[0], ...bus }],
      })),
    );
    fc.assert(
      fc.property(junk, (raw) => {
        try {
          parseStatus(raw);
        } catch (e) {
          expect(FengsuiError.is(e, 'PROTOCOL')).toBe(true);
        }
      }),
    );
  });
});
