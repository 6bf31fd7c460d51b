import { expect, it, vi } from 'vitest';
import { loadJohnnyFive } from '../../../../edge/bus/gpio/johnny-five.ts';
import { loadKernel } from '../../../../edge/bus/gpio/koffi-kernel.ts';
import { openLines } from '../../../../edge/bus/gpio/open-lines.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { listening, quietLog } from './listening.ts';

vi.mock('koffi', () => {
  throw new Error('not installed');
});
vi.mock('johnny-five', () => ({ Board: Object }));

it('koffi is optional: without it the kernel is told as missing, with the command that helps', async () => {
  await expect(loadKernel()).rejects.toMatchObject({
    code: 'DRIVER_MISSING',
    message: expect.stringContaining('npm install koffi@3.3.4'),
  });
});

it('a johnny-five of another shape is refused before a line hangs on it', async () => {
  const five = await loadJohnnyFive();
  const lines = listening();
  const source = { kind: 'gpiochip', label: 'pinctrl-rp1' } as const;
  const opened = openLines(source, [], lines.listener, { clock: fakeClock(), log: quietLog });
  await lines.until(() => lines.health.length === 1);
  expect(Object.keys(five)).toEqual(['board', 'relay']);
  expect(lines.health[0]).toContain('another Board than expected');
  await expect(opened.read('x')).rejects.toMatchObject({ code: 'LINE' });
  await opened[Symbol.asyncDispose]();
});
