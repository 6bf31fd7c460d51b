import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const dist = new URL('../../../dist/', import.meta.url);

/** Packages that a file of the built program loads when it is loaded itself, by whatever files it loads. */
function packagesOf(entry: string): ReadonlySet<string> {
  const packages = new Set<string>();
  const files = new Set([entry]);
  for (const file of files) {
    const text = readFileSync(new URL(file, dist), 'utf8');
    // Without `import(…)`: that is loaded when it is called.
    for (const [, target = ''] of text.matchAll(/^(?:import|export)\b[^'"();]*["']([^'"]+)["'];?$/gm)) {
      if (target.startsWith('.')) files.add(target.replace('./', ''));
      else packages.add(target);
    }
  }
  return packages;
}

it.each(['index.js', 'edge.js', 'fengsui.js', 'journal-worker.js', 'device-profiles.js'])(
  '%s does not load what signs certificates',
  (entry) => {
    expect([...packagesOf(entry)].filter((name) => name.startsWith('@peculiar/'))).toEqual([]);
  },
);

it('the authority does, and neither the broker’s client nor the gateway', () => {
  const packages = packagesOf('authority.js');
  expect(packages).toContain('@peculiar/asn1-x509');
  expect(packages).not.toContain('mqtt');
  expect(packages).not.toContain('yaml');
  expect(packagesOf('index.js')).toContain('mqtt');
  expect(packagesOf('fengsui.js')).toContain('yaml');
});
