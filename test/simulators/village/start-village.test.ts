import { expect, it, vi } from 'vitest';
import { startVillage } from '../../../simulators/village/start-village.ts';

it('ports given are the ports had, also after a village that could not start', async () => {
  const first = await startVillage();
  const { ports } = first;
  await first[Symbol.asyncDispose]();
  await expect(startVillage({ ...ports, wireless: 70_000 })).rejects.toThrow('port 70000 is not valid');
  const second = await startVillage(ports);
  expect(second.ports).toEqual(ports);
  expect(second.refusedPorts).toEqual({});
  await second[Symbol.asyncDispose]();
});

it('time passes once a second, and a clockwork that fails stands still and says so once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const troubles: unknown[] = [];
  const village = await startVillage({}, { onTrouble: (e) => troubles.push(e) });
  try {
    const level = village.water.tankLevel();
    village.smoke.silent(0);
    vi.advanceTimersByTime(120_000);
    expect(village.water.tankLevel()).not.toBe(level);
    expect(village.smoke.unit.read('holding', 3)).toBe(2);
    vi.spyOn(village.water, 'step').mockImplementation(() => {
      throw new Error('no solution');
    });
    vi.advanceTimersByTime(10_000);
    expect(troubles).toEqual([new Error('no solution')]);
  } finally {
    await village[Symbol.asyncDispose]();
    vi.useRealTimers();
  }
});
