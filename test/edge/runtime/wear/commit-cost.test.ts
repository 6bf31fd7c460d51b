import { expect, it } from 'vitest';
import { busiestCommitSeconds, commitsPerDay, lostSeconds } from '../../../../edge/runtime/wear/commit-cost.ts';
import { head, hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';

const commitMs = (ms: number): string => `journal: { commitMs: ${ms} }\n`;
const megabytes = (yaml: string): number => Math.round(commitsPerDay(siteOf(yaml)).bytes / 1e5) / 10;

it('a longer commit interval writes less', () => {
  const devices = onBus(...Array.from({ length: 20 }, (_, i) => hydrant(`h-${i}`, i + 1)));
  const [five, ten, sixty] = [5_000, 10_000, 60_000].map((ms) => megabytes(devices + commitMs(ms)));
  expect(five).toBeGreaterThan(170);
  expect(ten).toBeLessThan(130);
  expect(sixty).toBeLessThan(30);
});

it('what nobody syncs is written when the kernel likes: less often, and so much more is lost', () => {
  const devices = onBus(...Array.from({ length: 20 }, (_, i) => hydrant(`h-${i}`, i + 1)));
  const [always, os] = ['always', 'os'].map((fsync) =>
    siteOf(`${devices}journal: { commitMs: 5000, fsync: ${fsync} }\n`),
  );
  expect([always, os].map((site) => site && lostSeconds(site.journal))).toEqual([5, 35]);
  expect(os && commitsPerDay(os).bytes).toBeLessThan((always && commitsPerDay(always).bytes) ?? 0);
});

it('a small chunk is full before the interval is over', () => {
  const devices = onBus(hydrant('h-1', 1));
  const seconds = (chunkKb: number): number =>
    busiestCommitSeconds(siteOf(`${devices}journal: { chunkKb: ${chunkKb} }\n`));
  expect(seconds(256)).toBe(10);
  const points = siteOf(devices).devices.reduce(
    (sum, d) => sum + (Object.keys(d.profile.points).length * 1_000) / d.pollMs,
    0,
  );
  expect(seconds(4)).toBeCloseTo(Math.min(10, 256 / points));
});

it('a gateway that reads nothing writes nothing', () => {
  expect(megabytes(head)).toBe(0);
});
