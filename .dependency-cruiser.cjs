/** The import table of docs/ARCHITECTURE.md, executable. */
const rooms = '^(edge|sdk|device-profiles|simulators|test)/';
const only = (from, ...to) => ({
  name: `${from}-sees-only`,
  severity: 'error',
  from: { path: `^${from}` },
  to: { path: rooms, pathNot: [`^${from}`, ...to.map((t) => `^${t}`)] },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('sdk/model/'),
    only('sdk/wire/', 'sdk/model/'),
    only('sdk/identity/', 'sdk/wire/', 'sdk/model/'),
    only('sdk/client/', 'sdk/wire/', 'sdk/model/'),
    only('sdk/authority/', 'sdk/identity/', 'sdk/wire/', 'sdk/model/'),
    only('sdk/index\\.ts$', 'sdk/', 'device-profiles/'),
    only('device-profiles/', 'sdk/model/'),
    only('simulators/demo/', 'simulators/', 'sdk/index\\.ts$', 'device-profiles/index\\.ts$'),
    only('simulators/(?!demo/)', 'simulators/', 'device-profiles/', 'sdk/(model|wire)/'),
    only('edge/platform/', 'sdk/model/'),
    only('edge/bus/', 'edge/platform/', 'sdk/model/'),
    only('edge/point/', 'edge/bus/reading\\.ts$', 'device-profiles/', 'sdk/model/'),
    only('edge/alarm/', 'sdk/model/'),
    only('edge/linkage/', 'sdk/model/'),
    only('edge/journal/(?!history/|ageing/)', 'edge/journal/', 'edge/platform/', 'sdk/model/'),
    only('edge/journal/(history|ageing)/', 'edge/journal/', 'edge/platform/', 'sdk/(model|wire)/'),
    only('edge/identity/', 'edge/platform/', 'sdk/(model|wire|identity)/'),
    only('edge/uplink/', 'edge/journal/journal\\.ts$', 'edge/platform/', 'sdk/(model|wire)/'),
    { name: 'no-test-in-product', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    {
      name: 'nothing-imports-edge',
      severity: 'error',
      from: { pathNot: '^(edge|test)/' },
      to: { path: '^edge/' },
    },
    {
      name: 'authority-stands-apart',
      comment: 'Neither the SDK nor the gateway loads what signs certificates.',
      severity: 'error',
      from: { pathNot: '^(sdk/authority/|edge/cli/authority/|test/)' },
      to: { path: '^sdk/authority/|node_modules/@peculiar/' },
    },
    {
      name: 'the-sdk-enrols-nobody',
      severity: 'error',
      from: { path: '^sdk/(client/|index\\.ts$)' },
      to: { path: '^sdk/identity/' },
    },
    {
      name: 'authority-commands-load-late',
      comment: 'The program of the gateway loads them only when they are called.',
      severity: 'error',
      from: { pathNot: '^(edge/cli/(authority|enrol)/|test/)' },
      to: { path: '^edge/cli/(authority|enrol)/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'pure-core',
      severity: 'error',
      from: { path: '^(edge/(point|alarm|linkage)|sdk/model)/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'] },
    },
    {
      name: 'drivers-stay-in-bus',
      severity: 'error',
      from: { pathNot: '^(edge/bus/|edge/platform/kernel-time\\.ts$|test/|simulators/)' },
      to: { path: 'node_modules/(serialport|@serialport|koffi|johnny-five|modbus-serial)/' },
    },
    {
      name: 'sqlite-stays-in-its-driver',
      severity: 'error',
      from: { pathNot: '^(edge/journal/sqlite-driver\\.ts$|test/)' },
      to: { path: 'node_modules/@photostructure/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
