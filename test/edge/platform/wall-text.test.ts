import { describe, expect, it } from 'vitest';
import { isoText, wallTimeOf } from '../../../edge/platform/wall-text.ts';

const eight = Date.UTC(2026, 10, 25, 0, 0, 0);

describe('a time as people and loggers write it', () => {
  it.each<[text: string, at: number]>([
    ['2026-11-25T08:00:00+08:00', eight],
    ['2026-11-25 08:00:00.25 +0800', eight + 250],
    ['2026-11-25T00:00Z', eight],
    ['2026/11/25 8:00:00+08:00', eight],
    ['1795564800', 1_795_564_800_000],
    ['1795564800.5', 1_795_564_800_500],
    ['1795564800123', 1_795_564_800_123],
    ['0', 0],
  ])('%s', (text, at) => expect(wallTimeOf(text)).toBe(at));

  it('without a zone is the time of this machine', () => {
    expect(wallTimeOf('2026-11-25 08:00')).toBe(new Date(2026, 10, 25, 8).getTime());
    expect(wallTimeOf('2026/11/5')).toBe(new Date(2026, 10, 5).getTime());
  });

  it.each(['', 'now', '2026-02-30 08:00', '2026-13-01', '2026-11-25 24:00', '25.11.2026', '2026-11/25', '-5', '1e12'])(
    '%s is none',
    (text) => expect(wallTimeOf(text)).toBeUndefined(),
  );

  it('is written as ISO 8601', () => {
    const at = wallTimeOf('2026-11-25T08:00:00+08:00');
    expect(at === undefined ? '' : isoText(at)).toBe('2026-11-25T00:00:00.000Z');
  });
});
