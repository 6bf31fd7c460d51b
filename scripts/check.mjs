// The whole gate in one command: every step runs, also after a failure, and the last line counts them.
import { spawnSync } from 'node:child_process';

const steps = [
  ['format', 'biome', 'check', '--linter-enabled=false', '.'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', '.'],
  ['types', 'tsc', '-p', '.'],
  [
    'boundaries',
    'depcruise',
    'edge',
    'sdk',
    'device-profiles',
    'simulators',
    'test',
    '--config',
    '.dependency-cruiser.cjs',
  ],
  ['dead code', 'knip'],
  ['build', 'tsup', '--silent'],
  ['tests', 'vitest', 'run', '--coverage'],
  ['package', 'publint', '--strict'],
  ['reference', 'typedoc', '--emit', 'none'],
  ['published types', 'tsc', '-p', 'test/types/third-party'],
  ['package types', 'attw', '--pack', '.', '--profile', 'esm-only'],
];

const only = process.argv.slice(2);
const failed = [];
const chosen = steps.filter(([name]) => only.length === 0 || only.includes(name));
for (const [name, command, ...args] of chosen) {
  console.log(`\n=== ${name}: ${command} ${args.join(' ')}`);
  const { status } = spawnSync('npx', ['--no-install', command, ...args], { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
console.log(
  `\n${chosen.length - failed.length} of ${chosen.length} checks passed${failed.length > 0 ? `; failed: ${failed.join(', ')}` : ''}`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
