import { describe, expect, it } from 'vitest';
import { municipalHydrant } from '../../../../device-profiles/generic/municipal-hydrant.ts';
import { siren } from '../../../../device-profiles/generic/siren.ts';
import { checkSpec, refuseBadSpec } from '../../../../sdk/client/desired/check-spec.ts';
import {
  etagOf,
  expectEtag,
  sameSpecs,
  withDevices,
  withoutDevice,
} from '../../../../sdk/client/desired/spec-edits.ts';
import { refuseTooMany } from '../../../../sdk/client/desired/try-out.ts';
import type { DeviceSpec } from '../../../../sdk/wire/methods.ts';

const spec: DeviceSpec = { bus: 'rs485', id: 'h-1', profile: municipalHydrant.id, unit: 3, name: 'gate' };
const paths = (changes: object, profile: typeof municipalHydrant | typeof siren = municipalHydrant) =>
  checkSpec({ ...spec, ...changes }, profile).map(({ path }) => path);

describe('a device by its profile alone', () => {
  it('is taken as it should be', () => {
    expect(paths({ settings: { low: 0.2 }, pollMs: 500, place: 'x' })).toEqual([]);
  });

  it.each<[path: string, changes: object]>([
    ['id', { id: 'Not Valid' }],
    ['bus', { bus: '' }],
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(101) }],
    ['place', { place: 'x'.repeat(201) }],
    ['pollMs', { pollMs: 10 }],
    ['unit', { unit: undefined }],
    ['unit', { unit: 0 }],
    ['unit', { unit: 248 }],
    ['unit', { unit: 1.5 }],
    ['line', { line: 3 }],
    ['settings.lowest', { settings: { lowest: 1 } }],
    ['settings.low', { settings: { low: 1e9 } }],
    ['settings.low', { settings: { low: Number.NaN } }],
    ['settings.toString', { settings: { toString: 1 } }],
  ])('is refused for its %s (%o)', (path, changes) => {
    expect(paths(changes)).toEqual([path]);
  });

  it('on a line needs a line and no unit', () => {
    expect(paths({ unit: undefined, line: 4 }, siren)).toEqual([]);
    expect(paths({}, siren)).toEqual(['unit']);
    expect(paths({ unit: undefined }, siren)).toEqual(['line']);
    expect(paths({ unit: undefined, line: -1 }, siren)).toEqual(['line']);
  });

  it('tells all that is wrong at once', () => {
    expect(() => refuseBadSpec({ ...spec, name: '', unit: 0 }, municipalHydrant)).toThrow(
      /“h-1” was refused: name: .*; unit: /,
    );
  });
});

describe('lists of devices', () => {
  const other: DeviceSpec = { ...spec, id: 'h-2', unit: 4 };

  it('take a device in the place of the one of its id, else at the end', () => {
    const renamed = { ...spec, name: 'mill' };
    expect(withDevices([spec, other], [renamed])).toEqual([renamed, other]);
    expect(withDevices([spec], [other])).toEqual([spec, other]);
    expect(withDevices([], [other, { ...other, name: 'later' }])).toEqual([{ ...other, name: 'later' }]);
    expect(withoutDevice([spec, other], 'h-1')).toEqual([other]);
  });

  it('are the same whatever the order of devices and keys, and whether what is absent is undefined', () => {
    const turned = { name: 'gate', unit: 3, profile: spec.profile, id: 'h-1', bus: 'rs485', place: undefined };
    expect(sameSpecs([spec, other], [other, turned as unknown as DeviceSpec])).toBe(true);
    expect(sameSpecs([spec], [{ ...spec, unit: 4 }])).toBe(false);
    expect(sameSpecs([spec], [])).toBe(false);
  });

  it('guard a device by an etag that changes with what is wanted of it', () => {
    expect(etagOf(spec)).toBe(etagOf({ ...spec }));
    expect(etagOf(spec)).not.toBe(etagOf({ ...spec, settings: { low: 0.2 } }));
    expectEtag(spec, etagOf(spec));
    expect(() => expectEtag(spec, etagOf(other))).toThrow(
      expect.objectContaining({ code: 'CONFLICT', details: expect.objectContaining({ actual: etagOf(spec) }) }),
    );
  });

  it('must fit into one message', () => {
    const many = Array.from({ length: 200 }, (_, i) => ({ ...spec, id: `h-${i}` }));
    refuseTooMany('gw-1', many);
    expect(() => refuseTooMany('gw-1', [...many, ...many, ...many, ...many, ...many])).toThrow(
      /1000 devices .* in one message/,
    );
  });
});
