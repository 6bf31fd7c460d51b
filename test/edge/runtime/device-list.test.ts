import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviceList } from '../../../edge/runtime/device-list.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { hydrant, onBus, siteOf } from '../../support/site-yaml.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const barn = { bus: 'rs485', id: 'barn', profile: 'generic/municipal-hydrant', name: 'Barn', unit: 2 };
const yaml = onBus(hydrant('gate', 1));

async function open(file: string, text = yaml) {
  const log = recordingLog();
  return { log, list: await deviceList(siteOf(text), file, log) };
}
const fresh = async () => {
  const file = join(await temporaryFolder(), 'devices.json');
  return { file, ...(await open(file)) };
};
const ids = (list: { devices: readonly { id: string }[] }): string[] => list.devices.map((d) => d.id);

describe('add', () => {
  it('a sound device counts at once, beside those of the file', async () => {
    const { list } = await fresh();
    await list.add(barn, 0);
    expect([ids(list), list.version]).toEqual([['gate', 'barn'], 1]);
    expect([list.originOf('barn'), list.originOf('gate')]).toEqual(['platform', 'file']);
    expect(list.devices[1]).toMatchObject({ unit: 2, pollMs: 1_000, settings: { low: 0.14 } });
  });

  it('survives a restart', async () => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    const again = await open(file);
    expect([ids(again.list), again.list.version, again.log.lines]).toEqual([['gate', 'barn'], 1, []]);
  });

  it('again, changes the device that was added before, in its place and nowhere else', async () => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    await list.add({ ...barn, unit: 9 }, undefined);
    expect(list.devices.map((d) => [d.id, d.unit])).toEqual([
      ['gate', 1],
      ['barn', 9],
    ]);
    expect((await open(file)).list.devices).toHaveLength(2);
  });

  it.each<[why: string, device: unknown, ...reasons: string[]]>([
    ['nothing', undefined, ': is missing; expected keys and values'],
    ['a text', 'barn', ': expected keys and values, got "barn"'],
    ['without a bus', { ...barn, bus: undefined }, 'bus: is missing; expected a text'],
    ['on a bus that is not there', { ...barn, bus: 'can' }, 'bus: there is no bus “can”; this gateway has rs485'],
    ['unknown profile', { ...barn, profile: 'acme/x' }, 'profile: there is no profile “acme/x”'],
    ['an id that is no topic level', { ...barn, id: 'a/b' }, 'id: expected lower-case letters'],
    ['a number for an id', { ...barn, id: 12 }, 'id: expected a text; put it in quotes'],
    ['a key that is not there', { ...barn, colour: 'red' }, 'colour: there is no such key'],
    ['a unit in use', { ...barn, unit: 1 }, 'unit: unit 1 is used by “gate” already'],
    ['two things at once', { ...barn, unit: 0, pollMs: 1 }, 'unit: units are 1–247', 'pollMs: expected at least 100'],
    [
      'a setting that is not there',
      { ...barn, settings: { x: 1 } },
      'settings.x: generic/municipal-hydrant has no such setting',
    ],
    ['a device of the file', { ...barn, id: 'gate', unit: 3 }, 'id: another device is called “gate” too'],
  ])('%s is refused with its reasons, and nothing changes', async (_, device, ...reasons) => {
    const { list } = await fresh();
    const refused = await list.add(device, undefined).catch((e: unknown) => e);
    expect(refused).toMatchObject({ code: 'INVALID', message: expect.stringMatching(/^the device was refused: /) });
    for (const reason of reasons) expect(refused).toMatchObject({ message: expect.stringContaining(reason) });
    expect([ids(list), list.version]).toEqual([['gate'], 0]);
  });

  it('that would overload its bus is refused with the consequence, and one that relieves it is taken', async () => {
    const hydrants = Array.from({ length: 35 }, (_, i) => ({ ...barn, id: `h-${i}`, unit: i + 2 }));
    const { file, list } = await fresh();
    for (const one of hydrants.slice(0, 30)) await list.add(one, undefined);
    const refused = await list.add({ ...barn, id: 'last', unit: 99 }, undefined).catch((e: unknown) => e);
    expect(refused).toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(/^the device was refused: bus “rs485”: the line cannot keep its periods/),
    });
    expect(list.devices).toHaveLength(31);
    // What was added when the site accepted it is not thrown out when it no longer does.
    const accepting = await open(file, yaml.replace('    devices:', '    acceptSlow: true\n    devices:'));
    for (const one of hydrants.slice(30)) await accepting.list.add(one, undefined);
    const again = await open(file);
    expect([again.list.devices.length, again.log.lines]).toEqual([36, []]);
    await again.list.add({ ...barn, id: 'h-0', unit: 2, pollMs: 5_000 }, undefined);
    await expect(again.list.add({ ...barn, id: 'h-0', unit: 2 }, undefined)).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('two at once: neither is lost, and of two with one unit the second is refused', async () => {
    const { file, list } = await fresh();
    const results = await Promise.allSettled([
      list.add(barn, undefined),
      list.add({ ...barn, id: 'shed', unit: 3 }, undefined),
      list.add({ ...barn, id: 'tower', unit: 3 }, undefined),
    ]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect([list.version, ids((await open(file)).list)]).toEqual([2, ['gate', 'barn', 'shed']]);
  });

  it('that cannot be stored does not count', async () => {
    const { list } = await open(join(await temporaryFolder(), 'no-such-folder', 'devices.json'));
    await expect(list.add(barn, undefined)).rejects.toThrow('ENOENT');
    expect([ids(list), list.version, list.entries]).toEqual([['gate'], 0, []]);
  });
});

describe('ifVersion', () => {
  it('of another version refuses, and says which one it is', async () => {
    const { list } = await fresh();
    await list.add(barn, 0);
    const conflict = {
      code: 'CONFLICT',
      message: 'the configuration is at version 1, not 0: look again before you change it',
    };
    await expect(list.add({ ...barn, id: 'shed', unit: 3 }, 0)).rejects.toMatchObject(conflict);
    await expect(list.remove('barn', 0)).rejects.toMatchObject(conflict);
    expect(ids(list)).toEqual(['gate', 'barn']);
  });

  it('two writers that saw the same version: the second is refused', async () => {
    const { list } = await fresh();
    const results = await Promise.allSettled([list.add(barn, 0), list.add({ ...barn, id: 'shed', unit: 3 }, 0)]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('remove', () => {
  it('takes away what the platform added', async () => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    await list.remove('barn', 1);
    expect([ids(list), list.version, ids((await open(file)).list)]).toEqual([['gate'], 2, ['gate']]);
  });

  it('does not take away what stands in the site’s file', async () => {
    const { list } = await fresh();
    await expect(list.remove('gate', undefined)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: '“gate” stands in the configuration file of the site and can only be removed there',
    });
  });

  it('says so when there is no such device', async () => {
    const { list } = await fresh();
    await expect(list.remove('barn', undefined)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a stored list', () => {
  it.each([
    ['damaged', async (file: string) => writeFile(file, '{')],
    ['not given back by the card', async (file: string) => (await rm(file), mkdir(file))],
  ])('that is %s gives way to the one before it, under another version', async (_, damage) => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    await list.add({ ...barn, name: 'Old barn' }, undefined);
    await damage(file);
    const again = await open(file);
    expect([ids(again.list), again.list.version]).toEqual([['gate', 'barn'], list.version + 1]);
    expect(again.log.lines.map(({ event }) => event)).toEqual(['device.list-unreadable', 'device.list-before']);
  });

  it('that is damaged is told, and the site’s own devices are watched all the same', async () => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, 40));
    const again = await open(file);
    expect([ids(again.list), again.log.lines]).toEqual([
      ['gate'],
      [expect.objectContaining({ event: 'device.list-unreadable' })],
    ]);
  });

  it('with an entry that the site’s file now contradicts sets it aside, with the reason', async () => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    const again = await open(file, onBus(hydrant('gate', 1), hydrant('new', 2)));
    expect(ids(again.list)).toEqual(['gate', 'new']);
    expect(again.log.lines).toEqual([
      {
        event: 'device.set-aside',
        fields: { device: 'barn', why: 'unit: unit 2 is used by “new” already, and both read holding 4' },
      },
    ]);
  });

  it('what was set aside can be given anew, or removed', async () => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    const clashing = onBus(hydrant('gate', 1), hydrant('new', 2));
    const again = await open(file, clashing);
    await again.list.add({ ...barn, unit: 5 }, undefined);
    expect(ids(again.list)).toEqual(['gate', 'new', 'barn']);
    const third = await open(file, onBus(hydrant('gate', 5)));
    await third.list.remove('barn', undefined);
    expect(ids((await open(file)).list)).toEqual(['gate']);
  });

  it('an entry whose name the site’s file has taken over does not make the file’s device removable', async () => {
    const { file, list } = await fresh();
    await list.add(barn, undefined);
    const again = await open(file, onBus(hydrant('gate', 1), hydrant('barn', 7)));
    expect(again.list.originOf('barn')).toBe('file');
    await expect(again.list.remove('barn', undefined)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(ids(again.list)).toEqual(['gate', 'barn']);
  });
});
