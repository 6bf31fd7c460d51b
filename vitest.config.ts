import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Many tests wait more than they work.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: {
      enabled: process.env['CI'] === 'true',
      provider: 'v8',
      include: ['edge/**', 'sdk/**', 'device-profiles/**', 'simulators/**'],
      reporter: [['text', { skipFull: true }], 'text-summary'],
      // The stages that decide whether there is an alarm.
      thresholds: {
        'edge/{point,alarm,linkage}/**': { branches: 95 },
        'edge/bus/plan/plan-reads.ts': { branches: 95 },
        'sdk/model/**': { branches: 95 },
      },
    },
  },
});
