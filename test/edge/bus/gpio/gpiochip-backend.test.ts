import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gpioRequest } from '../../../../edge/bus/gpio/gpio-uapi.ts';
import { gpiochipBackend } from '../../../../edge/bus/gpio/gpiochip-backend.ts';
import type { OpenLines, WantedLine } from '../../../../edge/bus/gpio/line-backend.ts';
import type { FengsuiError } from '../../../../sdk/model/errors.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { fakeKernel } from './fake-kernel.ts';

const call: WantedLine = { name: 'call', offset: 17, direction: 'in', activeLow: true, bias: 'up', active: false };
const siren: WantedLine = {
  name: 'siren',
  offset: 10,
  direction: 'out',
  activeLow: false,
  bias: 'none',
  active: false,
};
const rp1 = { path: '/dev/gpiochip0', label: 'pinctrl-rp1', lines: 54 };

let fake: ReturnType<typeof fakeKernel>;
let opened: OpenLines | undefined;
let told: { index: number; active: boolean; at: number }[];
let lost: FengsuiError[];
let clock: ReturnType<typeof fakeClock>;
let heard: () => void;

const open = async (lines: readonly WantedLine[], label = 'pinctrl-rp1'): Promise<OpenLines> => {
  const backend = gpiochipBackend(label, { clock, load: async () => fake.kernel });
  const events = {
    level: (index: number, active: boolean, at: number) => {
      told.push({ index, active, at });
      heard();
    },
    lost: (why: FengsuiError) => {
      lost.push(why);
      heard();
    },
  };
  opened = await backend(lines, events, new AbortController().signal);
  return opened;
};
const next = (): Promise<void> =>
  new Promise((go) => {
    heard = go;
  });

beforeEach(() => {
  fake = fakeKernel([rp1, { path: '/dev/gpiochip10', label: 'gpio-brcmstb', lines: 32 }]);
  clock = fakeClock();
  told = [];
  lost = [];
  heard = () => {};
});
afterEach(async () => {
  const closing = opened?.[Symbol.asyncDispose]();
  fake.tick();
  await closing;
  opened = undefined;
  expect(fake.openFds()).toBe(0);
});

describe('lines of a kernel GPIO chip', () => {
  it('every input tells its level before the source counts as open', async () => {
    fake.levels.set(17, true);
    const lines = await open([siren, call]);
    expect(told).toEqual([{ index: 1, active: true, at: 0 }]);
    expect(await lines.read(1)).toBe(true);
  });

  it('an output is taken at its wanted level and read back from the hardware', async () => {
    const lines = await open([{ ...siren, active: true }]);
    expect(await lines.read(0)).toBe(true);
    await lines.write(0, false);
    expect(await lines.read(0)).toBe(false);
    fake.lineAt(10).level = true; // somebody else's short circuit
    expect(await lines.read(0)).toBe(true);
  });

  it('a press is stamped with the time of its interrupt, not of its arrival', async () => {
    await clock.advance(1_000);
    await open([call]);
    fake.setNow(5_000_000_000n);
    const pressed = next();
    fake.edge(17, true);
    fake.setNow(5_030_000_000n);
    await pressed;
    expect(told.at(-1)).toEqual({ index: 0, active: true, at: 970 });
  });

  it('edges the kernel dropped are noticed, and the level itself has the last word', async () => {
    await open([call]);
    fake.edge(17, true, true);
    fake.edge(17, false, true);
    const pressed = next();
    fake.edge(17, true);
    fake.lineAt(17).level = false;
    await pressed;
    expect(told.slice(1).map(({ active }) => active)).toEqual([true, false]);
  });

  it('a chip that is unplugged is told once, and a write to it fails', async () => {
    const lines = await open([call, siren]);
    const gone = next();
    fake.unplug();
    await gone;
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatchObject({
      code: 'BUS_DOWN',
      message: expect.stringContaining('pinctrl-rp1 (/dev/gpiochip0)'),
    });
    await expect(lines.write(1, true)).rejects.toMatchObject({ code: 'BUS_DOWN' });
    expect(lost).toHaveLength(1);
  });
});

describe('a line that cannot be had', () => {
  type Trial = { why: string; prepare?: () => void; lines?: WantedLine[]; label?: string; says: RegExp };
  it.each<Trial>([
    {
      why: 'an unknown label is told with the known ones',
      label: 'pinctrl-bcm2711',
      says: /labelled pinctrl-bcm2711; .*pinctrl-rp1 \(54 lines\), gpio-brcmstb \(32 lines\)/,
    },
    {
      why: 'no permission is told with the group to join',
      prepare: () => fake.refusedOpens.set('/dev/gpiochip0', 'EACCES'),
      says: /no permission for \/dev\/gpiochip0.*group gpio/,
    },
    {
      why: 'an offset beyond the chip is told with its range',
      lines: [siren, { ...call, offset: 54 }],
      says: /line call \(offset 54 of pinctrl-rp1\): the chip has lines 0 to 53/,
    },
    {
      why: 'a busy line is told with its holder',
      prepare: () => fake.busy.set(17, 'spi0 CS0'),
      lines: [siren, call],
      says: /in use by spi0 CS0/,
    },
    {
      why: 'a busy line without a named holder is told too',
      prepare: () => fake.busy.set(17, ''),
      says: /in use by a program without a name/,
    },
    {
      why: 'an old kernel is told',
      prepare: () => fake.refusedIoctls.set(gpioRequest.line, 'EINVAL'),
      says: /Linux 5\.10/,
    },
  ])('$why, and nothing stays taken', async ({ prepare, lines, label, says }) => {
    prepare?.();
    await expect(open(lines ?? [call], label)).rejects.toMatchObject({
      code: 'LINE',
      message: expect.stringMatching(says),
    });
    expect(fake.openFds()).toBe(0);
  });

  it('a machine without GPIO says so', async () => {
    fake = fakeKernel([]);
    await expect(open([call])).rejects.toThrow('this machine has none');
  });

  it('two paths to one chip are one chip', async () => {
    fake = fakeKernel([rp1, rp1]);
    await open([call]);
    expect(told).toHaveLength(1);
  });
});
