import { expect, it } from 'vitest';
import { cursorBook } from '../../../edge/journal/cursor-book.ts';
import { seconds } from '../../../sdk/model/time.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function book() {
  const clock = fakeClock();
  const written: string[] = [];
  const stored = { alarm: new Map([['platform', 7]]), telemetry: new Map<string, number>() };
  const cursors = cursorBook(stored, clock, (lane, destination, upTo) =>
    written.push(`${lane} ${destination} ${upTo}`),
  );
  return { clock, written, cursors };
}

it('a cursor counts at once, and never goes back', () => {
  const { cursors } = book();
  expect(cursors.at('platform', 'alarm')).toBe(7);
  cursors.raise('platform', 'alarm', 9);
  cursors.raise('platform', 'alarm', 8);
  expect(cursors.at('platform', 'alarm')).toBe(9);
  expect(cursors.at('platform', 'telemetry')).toBe(0);
});

it('of alarms it is written with the next alarm, once for each destination', () => {
  const { cursors, written } = book();
  cursors.raise('platform', 'alarm', 8);
  cursors.raise('platform', 'alarm', 9);
  cursors.raise('centre', 'alarm', 8);
  cursors.ride('telemetry');
  expect(written).toEqual([]);
  cursors.ride('alarm');
  cursors.ride('alarm');
  expect(written).toEqual(['alarm platform 9', 'alarm centre 8']);
});

it('of readings it is written with the first entry after two minutes', async () => {
  const { clock, cursors, written } = book();
  cursors.raise('platform', 'telemetry', 1);
  await clock.advance(seconds(119));
  cursors.ride('telemetry');
  expect(written).toEqual([]);
  cursors.raise('platform', 'telemetry', 2);
  await clock.advance(seconds(1));
  cursors.ride('telemetry');
  expect(written).toEqual(['telemetry platform 2']);
});

it('is written after a while where nothing comes to ride on, and at the end', async () => {
  const { clock, cursors, written } = book();
  cursors.raise('platform', 'alarm', 8);
  await clock.advance(seconds(59));
  expect(written).toEqual([]);
  await clock.advance(seconds(1));
  expect(written).toEqual(['alarm platform 8']);
  cursors.raise('platform', 'telemetry', 3);
  await clock.advance(seconds(180));
  expect(written).toEqual(['alarm platform 8', 'telemetry platform 3']);
  cursors.raise('platform', 'telemetry', 4);
  cursors.flush();
  await clock.advance(seconds(180));
  expect(written).toEqual(['alarm platform 8', 'telemetry platform 3', 'telemetry platform 4']);
});
