import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('what the README shows', () => {
  it.each(['docs/examples/platform.ts', 'docs/examples/duty-desk.ts', 'docs/examples/modbus-tcp.yaml'])(
    'of %s is the file that is checked',
    (path) => {
      expect(read('README.md')).toContain(read(path).trim());
    },
  );

  it('of the records is the file that is checked', () => {
    expect(read('docs/RECORDS.md')).toContain(read('docs/examples/records.ts').trim());
  });

  it('are commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const name of ['start', 'test', 'build', 'bench', 'faults', 'check']) expect(scripts).toHaveProperty(name);
  });
});
