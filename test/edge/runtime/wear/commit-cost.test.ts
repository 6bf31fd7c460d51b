import { expect, it } from 'vitest';
import { commitsPerDay } from '../../../../edge/runtime/wear/commit-cost.ts';
import { head, hydrant, onBus, siteOf } from '../../../support/site-yaml.ts';

const commitMs = (ms: number): string => `journal: { commitMs: ${ms} }\n`;
const megabytes = (yaml: string): number => Math.round(commitsPerDay(siteOf(yaml)).bytes / 1e5) / 10;

it('a longer commit interval writes less', () => {
  const devices = onBus(...Array.from({ length: 20 }, (_, i) => hydrant(`h-${i}`, i + 1)));
  const [five, ten, sixty] = [5_000, 10_000, 60_000].map((ms) => megabytes(devices + commitMs(ms)));
  expect(five).toBeGreaterThan(230);
  expect(ten).toBeLessThan(130);
  expect(sixty).toBeLessThan(30);
});

it('a gateway that reads nothing writes nothing', () => {
  expect(megabytes(head)).toBe(0);
});
