import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeviceEntry, entrySchema } from '../../../../edge/runtime/desired/device-entry.ts';
import { canonical, canonicalEntry, entryOf, fieldsOfEntry } from '../../../../edge/runtime/desired/entry-fields.ts';
import { merge, type ThreeLists } from '../../../../edge/runtime/desired/merge.ts';

const change = fc.record(
  { limit: fc.integer({ min: 0, max: 2 }), onDelayMs: fc.integer({ min: 0, max: 2 }) },
  { requiredKeys: [] },
);
const condition = fc
  .record({ own: change, heightened: change }, { requiredKeys: ['own'] })
  .map(({ own, heightened }) => ({ ...own, ...(heightened && { heightened }) }));
/** Few values, so that sides often agree and often differ. */
const entry = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c'),
    profile: fc.constantFrom('generic/x', 'generic/y'),
    name: fc.constantFrom('n', 'm'),
    bus: fc.constantFrom('p', 'q'),
    unit: fc.constantFrom(1, 2, 3, undefined),
    activeLow: fc.constantFrom(true, false, undefined),
    place: fc.constantFrom('here', 'there', undefined),
    pollMs: fc.constantFrom(100, 200, undefined),
    settings: fc.option(fc.dictionary(fc.constantFrom('slot', 'a.b', '__proto__'), fc.integer({ min: 0, max: 2 })), {
      nil: undefined,
    }),
    conditions: fc.option(fc.dictionary(fc.constantFrom('low', 'x.limit', 'x'), condition), { nil: undefined }),
  })
  .map((parts): DeviceEntry => {
    const { unit, activeLow, place, pollMs, settings, conditions, ...others } = parts;
    return entrySchema.parse({
      ...others,
      ...(unit !== undefined && { unit }),
      ...(activeLow !== undefined && { activeLow }),
      ...(place !== undefined && { place }),
      ...(pollMs !== undefined && { pollMs }),
      ...(settings && { settings }),
      ...(conditions && { conditions }),
    });
  });
const list = fc.uniqueArray(entry, { selector: ({ id }) => id, maxLength: 3 });
const three = fc.record({ base: list, onSite: list, wanted: list });

const find = (devices: readonly DeviceEntry[], id: string) => devices.find((d) => d.id === id);
const told = ({ devices, conflicts }: ReturnType<typeof merge>) => ({
  devices: devices.map(canonicalEntry).toSorted(),
  conflicts: conflicts.map((c) => canonical(c)).toSorted(),
});

describe('an entry', () => {
  it('comes back from its fields', () => {
    fc.assert(
      fc.property(entry, fc.boolean(), (one, isKindWhole) => {
        expect(canonicalEntry(entryOf(one.id, fieldsOfEntry(one, isKindWhole)))).toBe(canonicalEntry(one));
      }),
    );
  });
});

describe('a merge', () => {
  it('loses no change of either side: it is in the result, or told as a conflict', () => {
    fc.assert(
      fc.property(three, (lists) => {
        const result = merge(lists, 1);
        for (const id of ['a', 'b', 'c']) {
          for (const side of ['onSite', 'wanted'] as const) expect(lostChanges(lists, side, id, result)).toEqual([]);
        }
      }),
    );
  });

  it('is the same when it is done again', () => {
    fc.assert(
      fc.property(three, (lists) => {
        const once = merge(lists, 1);
        const again = merge({ base: lists.wanted, onSite: once.devices, wanted: lists.wanted }, 1, once.conflicts);
        expect(told(again)).toEqual(told(once));
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(three, (lists) => {
        const turned = { base: lists.base, onSite: lists.onSite.map(reversed), wanted: lists.wanted.map(reversed) };
        expect(told(merge(turned, 1))).toEqual(told(merge(lists, 1)));
      }),
    );
  });

  it('takes everything from the only side that changed anything, without a conflict', () => {
    fc.assert(
      fc.property(list, list, (base, changed) => {
        const sound = { devices: changed.map(canonicalEntry).toSorted(), conflicts: [] };
        expect(told(merge({ base, onSite: base, wanted: changed }, 1))).toEqual(sound);
        expect(told(merge({ base, onSite: changed, wanted: base }, 1))).toEqual(sound);
      }),
    );
  });
});

/** What one side has changed of a device and is neither in force nor in a conflict. */
function lostChanges(lists: ThreeLists, side: 'onSite' | 'wanted', id: string, result: ReturnType<typeof merge>) {
  const [before, after, inForce] = [find(lists.base, id), find(lists[side], id), find(result.devices, id)];
  const conflicts = result.conflicts.filter((c) => c.device === id);
  if (!after) return before && inForce && !conflicts.some((c) => c.field === undefined) ? wasAddedAnew(lists, id) : [];
  return [...fieldsOfEntry(after)].filter(([name, { value }]) => {
    const wanted = canonical(value);
    if (before && canonical(fieldsOfEntry(before).get(name)?.value) === wanted) return false; // not changed
    if (inForce && canonical(fieldsOfEntry(inForce).get(name)?.value) === wanted) return false;
    const group = /^(settings|conditions)\b/.test(name) ? 'profile' : name;
    return !conflicts.some((c) => c.field === undefined || c.field === name || c.field === group);
  });
}

/** A removal is told where the other side had changed the device; else it is gone. */
const wasAddedAnew = (lists: ThreeLists, id: string): readonly unknown[] =>
  find(lists.onSite, id) && find(lists.wanted, id) ? [] : [['removed', id]];

const reversed = (one: DeviceEntry): DeviceEntry => turn(one);
function turn<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, part]) => [key, turn(part)]),
  ) as T;
}
