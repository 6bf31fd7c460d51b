import { expect, it } from 'vitest';
import { wearDesk } from '../../../../edge/runtime/wear/wear-desk.ts';
import { fakeClock } from '../../../support/fake-clock.ts';

const hour = 3_600_000;

it('a gateway that writes too much says so after a day, and what it writes after ten minutes', async () => {
  const clock = fakeClock();
  const perHour = 200e6;
  const written = (folder: string) =>
    Promise.resolve({ own: folder === '/data' ? (clock.mono() / hour) * perHour : 0 });
  const desk = wearDesk({ path: '/data', cardTbw: 10 }, clock, written);
  const stop = new AbortController();
  const running = desk.run(stop.signal);
  await clock.advance(hour / 12);
  expect(desk.figures()).toEqual({});
  await clock.advance(hour / 12);
  expect(desk.figures().wear).toMatchObject({ ownPerDay: 24 * perHour, cardYears: 5.7 });
  expect(desk.isWorn()).toBe(false);
  await clock.advance(24 * hour);
  expect(desk.isWorn()).toBe(true);
  stop.abort(new Error('stop'));
  await running;
});
