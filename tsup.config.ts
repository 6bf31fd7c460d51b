import { defineConfig } from 'tsup';

const shared = {
  format: ['esm' as const],
  target: 'node20',
  platform: 'node' as const,
  clean: true,
};

/** `dist/` is what is published; `build/` holds the demo, the benchmarks and the fault trials of this repository. */
export default defineConfig((options) => [
  {
    ...shared,
    entry: {
      index: 'sdk/index.ts',
      authority: 'sdk/authority/index.ts',
      store: 'sdk/store/index.ts',
      'store-postgres': 'sdk/store/postgres/index.ts',
      edge: 'edge/index.ts',
      fengsui: 'edge/cli/main.ts',
      'journal-worker': 'edge/journal/journal-worker.ts',
      'device-profiles': 'device-profiles/index.ts',
    },
    outDir: 'dist',
    sourcemap: true,
    external: ['koffi', 'serialport', '@photostructure/sqlite', 'node:sqlite', 'pg'], // optional: loaded where they are needed
    dts:
      options.dts === false
        ? false
        : {
            entry: {
              index: 'sdk/index.ts',
              authority: 'sdk/authority/index.ts',
              store: 'sdk/store/index.ts',
              'store-postgres': 'sdk/store/postgres/index.ts',
              edge: 'edge/index.ts',
              'device-profiles': 'device-profiles/index.ts',
            },
            compilerOptions: { ignoreDeprecations: '6.0' },
          },
    // `johnny-five` is bundled once as CommonJS (it calls `require` on Node's own modules), see the next block.
    esbuildPlugins: [
      {
        name: 'johnny-five-beside-us',
        setup: (build) => {
          build.onResolve({ filter: /^johnny-five$/ }, () => ({ path: './johnny-five.cjs', external: true }));
        },
      },
    ],
  },
  {
    ...shared,
    clean: false,
    format: ['cjs' as const],
    entry: { 'johnny-five': 'node_modules/johnny-five/lib/johnny-five.js' },
    outDir: 'dist',
    noExternal: [/.*/],
    external: ['serialport'],
    dts: false,
  },
  {
    ...shared,
    entry: {
      demo: 'simulators/demo/main.ts',
      village: 'simulators/village/main.ts',
      broker: 'simulators/broker/main.ts',
      bench: 'test/bench/main.ts',
      faults: 'test/faults/main.ts',
      'clock-gateway': 'test/faults/clock-gateway.ts',
      'cluster-gateway': 'test/faults/cluster/lane-process.ts',
      'cluster-consumer': 'test/faults/cluster/consumer-process.ts',
      'journal-writer': 'test/faults/power-cut/journal-writer.ts',
      'shaped-line': 'test/bench/shaped-line.ts',
      'register-server': 'test/bench/register-server.ts',
      'bare-loop': 'test/bench/bare-loop.ts',
      'poll-server': 'test/bench/poll-server.ts',
      'poll-loop': 'test/bench/poll-loop.ts',
      'bare-poll': 'test/bench/bare-poll.ts',
      'history-process': 'test/bench/history-process.ts',
      'start-process': 'test/bench/start-process.ts',
      'wear-process': 'test/bench/wear/wear-process.ts',
      'sdk-reader': 'test/bench/sdk/reader-process.ts',
      'fleet-gateways': 'test/bench/fleet/gateways-process.ts',
      'fleet-reader': 'test/bench/fleet/reader-process.ts',
      'serial-line': 'simulators/serial/main.ts',
    },
    outDir: 'build',
    skipNodeModulesBundle: true,
    sourcemap: true,
    dts: false,
  },
]);
