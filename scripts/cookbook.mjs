// Writes docs/COOKBOOK.md from the recipes, which are compiled and run by the tests.
import { readFileSync, writeFileSync } from 'node:fs';

const chapters = [
  ['client', 'Connecting, errors, the end'],
  ['alarms', 'Alarms'],
  ['devices', 'Devices'],
  ['gateways', 'Gateways'],
  ['commands', 'Commands to devices'],
  ['telemetry', 'Readings'],
  ['district', 'The district as a whole'],
  ['on-site', 'Somebody, or nobody, on site'],
];
const head = `# Cookbook

Every recipe is compiled and run against a gateway with simulated devices by \`test/docs/cookbook.test.ts\`. The files lie in [docs/examples/cookbook](examples/cookbook); this page is made from them by \`node scripts/cookbook.mjs\`.
`;
const chapter = ([name, title]) =>
  `\n## ${title}\n\n\`\`\`ts\n${readFileSync(`docs/examples/cookbook/${name}.ts`, 'utf8').trim()}\n\`\`\`\n`;
writeFileSync('docs/COOKBOOK.md', head + chapters.map(chapter).join(''));
