import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('what the README shows', () => {
  it.each(['platform.ts', 'duty-desk.ts', 'readings.ts', 'modbus-tcp.yaml'])(
    'of docs/examples/%s is the file that is checked',
    (name) => {
      expect(read('README.md')).toContain(read(`docs/examples/${name}`).trim());
    },
  );

  it('of the records is the file that is checked', () => {
    expect(read('docs/RECORDS.md')).toContain(read('docs/examples/records.ts').trim());
  });

  it('of the store is the file that is checked', () => {
    expect(read('docs/STORE.md')).toContain(read('docs/examples/keep-district.ts').trim());
  });

  it('are commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const name of ['start', 'test', 'build', 'bench', 'faults', 'check']) expect(scripts).toHaveProperty(name);
  });
});
