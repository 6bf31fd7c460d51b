// Writes docs/COOKBOOK.md from the recipes, which are compiled and run by the tests.
import { readFileSync, writeFileSync } from 'node:fs';

const parts = [
  [
    'A district, seen by its platform',
    [
      ['client', 'Connecting, errors, the end', 'Begin here.'],
      ['devices', 'Devices', 'Typed by their profiles. More: [PROVISIONING.md](PROVISIONING.md).'],
      ['telemetry', 'Readings', 'As they come, and as they were. More: [HISTORY.md](HISTORY.md).'],
      [
        'alarms',
        'Alarms',
        'What stands, each change once, and what a person does about it. More: [ALARMS.md](ALARMS.md).',
      ],
      ['commands', 'Commands to devices', 'Signed, done at most once, proven. More: [COMMANDS.md](COMMANDS.md).'],
      ['gateways', 'Gateways', 'Who is there, and how they do.'],
      [
        'on-site',
        'Somebody, or nobody, on site',
        'Walk tests, records, logs, buses. More: [RECORDS.md](RECORDS.md), [DISTRICT.md](DISTRICT.md).',
      ],
      ['district', 'The district as a whole', 'More: [DISTRICT.md](DISTRICT.md).'],
    ],
  ],
  [
    'What the platform remembers',
    [
      ['store', 'A store, kept and asked', '`fengsui/store`, `fengsui/store/postgres`. More: [STORE.md](STORE.md).'],
      [
        'registry',
        'The registry, what is wanted, and another store',
        'Through a client (`connect({ store })`) this happens by itself; here it is done by hand.',
      ],
    ],
  ],
  [
    'Who is who',
    [
      ['authority', 'The district’s authority', '`fengsui/authority`: certificates. More: [IDENTITY.md](IDENTITY.md).'],
      [
        'broker',
        'What the broker is told',
        'Its configuration, who may do what, and whose certificates do not count any more.',
      ],
      ['enrolment', 'A new gateway', 'A claim code, its QR code, and the service that gateways come to.'],
      [
        'renewal',
        'The next certificate',
        'Where both the authority and a certificate of the district are. More: [IDENTITY.md](IDENTITY.md#the-next-certificate).',
      ],
    ],
  ],
  [
    'Your own devices, your own gateway',
    [
      [
        'profiles',
        'A device of another maker',
        '`fengsui/device-profiles`. More: [PROVISIONING.md](PROVISIONING.md#profiles-of-other-makers).',
      ],
      [
        'own-gateway',
        'A gateway within your own program',
        '`fengsui/edge`. On a site of its own `fengsui run` is the better way.',
      ],
    ],
  ],
];
const head = `# Cookbook

A recipe for every function of the package; a test fails for one that has none. Every recipe is compiled and run: against a gateway with simulated devices, a real broker, a real PostgreSQL and
certificates (\`test/docs\`). The files lie in [docs/examples/cookbook](examples/cookbook); this page is made from them by \`node scripts/cookbook.mjs\`.
`;
const anchor = (title) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
const contents = ([part, chapters]) =>
  `\n- ${part}: ${chapters.map(([, title]) => `[${title}](#${anchor(title)})`).join(' · ')}`;
const chapter = ([name, title, words]) =>
  `\n### ${title}\n\n${words}\n\n\`\`\`ts\n${readFileSync(`docs/examples/cookbook/${name}.ts`, 'utf8').trim()}\n\`\`\`\n`;
const text = ([part, chapters]) => `\n## ${part}\n${chapters.map(chapter).join('')}`;
writeFileSync('docs/COOKBOOK.md', `${head}${parts.map(contents).join('')}\n${parts.map(text).join('')}`);
