import { describe, expect, it } from 'vitest';
import { sparingly } from '../../../edge/platform/sparingly.ts';
import { fakeClock } from '../../support/fake-clock.ts';

const minute = 60_000;
const hour = 60 * minute;

function stage() {
  const clock = fakeClock();
  const said: [what: string, count: number][] = [];
  const { tell, end } = sparingly<string>(clock, (what, count) => said.push([what, count]));
  return { clock, said, tell, end };
}

describe('what is told sparingly', () => {
  it('is told at once, and once more with the last and their number', async () => {
    const s = stage();
    for (let n = 1; n <= 4; n++) s.tell('a', `a${n}`);
    expect(s.said).toEqual([['a1', 1]]);
    await s.clock.advance(minute);
    expect(s.said).toEqual([
      ['a1', 1],
      ['a4', 3],
    ]);
  });

  it('is told at once again after a quiet minute', async () => {
    const s = stage();
    s.tell('a', 'a1');
    await s.clock.advance(minute);
    s.tell('a', 'a2');
    expect(s.said).toEqual([
      ['a1', 1],
      ['a2', 1],
    ]);
  });

  it('tells a few names apart and counts the others together', async () => {
    const s = stage();
    for (let n = 1; n <= 10; n++) s.tell(`client ${n}`, `${n}`);
    expect(s.said.map(([what]) => what)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
    await s.clock.advance(minute);
    expect(s.said.slice(8)).toEqual([['10', 2]]);
  });

  it.each<[flood: string, name: (n: number) => string]>([
    ['under one name', () => 'a'],
    ['under a new name each time', (n) => `client ${n}`],
  ])('of a flood that lasts a day %s, leaves little and loses none', async (_, name) => {
    const s = stage();
    let count = 0;
    for (let at = 0; at < 24 * hour; at += 10_000) {
      s.tell(name(count), 'refused');
      count++;
      await s.clock.advance(10_000);
    }
    s.end();
    expect(s.said.reduce((sum, [, n]) => sum + n, 0)).toBe(count);
    expect(s.said.length).toBeLessThan(300);
  });

  it('is told of a flood that is over as at first', async () => {
    const s = stage();
    for (let n = 0; n < 600; n++) {
      s.tell('a', 'refused');
      await s.clock.advance(1_000);
    }
    await s.clock.advance(2 * hour);
    s.said.length = 0;
    s.tell('a', 'one');
    s.tell('a', 'two');
    await s.clock.advance(minute);
    expect(s.said).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
  });

  it('tells at the end what is counted, and waits for nothing any more', async () => {
    const s = stage();
    s.tell('a', 'a1');
    s.tell('a', 'a2');
    s.end();
    expect(s.said).toEqual([
      ['a1', 1],
      ['a2', 1],
    ]);
    await s.clock.advance(hour);
    expect(s.said).toHaveLength(2);
    s.tell('a', 'a3');
    expect(s.said.at(-1)).toEqual(['a3', 1]);
    await s.clock.advance(hour);
    expect(s.said).toHaveLength(3);
  });
});
