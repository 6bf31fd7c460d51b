import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../edge/runtime/config/load-config.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import { operator } from '../../../support/operator.ts';
import { head, hydrant, onBus, onLines, siteOf } from '../../../support/site-yaml.ts';

const duty = operator('duty');
const full = `# everything that can be said
version: 1
gateway: { id: gw-1, name: Ping'an village, district: "330603", town: "001", clock: trusted }
uplinks:
  - { id: district, url: "mqtts://broker:8883", username: u, password: p, ca: tls/ca.pem, cert: /abs/cert.pem, key: tls/key.pem, startAt: now }
operators:
  - { name: duty, key: "${duty.publicKey}" }
journal: { path: store, maxMb: 64, commitMs: 5000, chunkKb: 8, fsync: os }
buses:
  - id: street
    tcp: 192.168.1.20:502
    devices:
      - { id: hydrant-1, profile: generic/municipal-hydrant, unit: 7, name: Gate, place: Main road 1, pollMs: 500, settings: { low: 0.2 } }
  - { id: cabinet, serial: /dev/serial/by-id/x, baud: 2400, parity: even, stopBits: 2, timeoutMs: 300, quietMs: 50 }
  - id: box
    gpiochip: pinctrl-rp1
    devices:
      - { id: "0012", profile: generic/siren, line: 17, name: Siren }
      - { id: button, profile: generic/call-button, line: 5, name: Button }
linkage:
  - { name: call, when: [button/pressed, hydrant-1/low], set: 0012/sounding }
selfTest: 30 2 * * *
`;

const smoke = (id: string, settings: string): string =>
  `id: ${id}, profile: generic/wireless-smoke-alarm, name: S, unit: 3, settings: { ${settings} }`;

describe('a valid configuration', () => {
  it('may be minimal', () => {
    expect(siteOf(head)).toMatchObject({
      address: { district: '330603', town: '001', gateway: 'gw-1' },
      name: 'Gateway',
      clock: 'ntp',
      uplinks: [],
      journal: {
        path: '/etc/fengsui/data',
        maxBytes: 256 * 1_048_576,
        commitMs: 10_000,
        chunkBytes: 49_152,
        fsync: 'always',
      },
      buses: [],
      devices: [],
      linkage: [],
      selfTest: '0 3 * * *',
    });
  });

  it('may let an output follow that nobody has confirmed an alarm', () => {
    const site = siteOf(`${onLines('id: horn, profile: generic/siren, name: Horn, line: 8')}linkage:
  - { name: l, when: [gw-1/alarm-not-received], set: horn/sounding }
`);
    expect([...(site.linkage[0]?.when ?? [])]).toEqual(['gw-1/alarm-not-received']);
  });

  it('may say everything; paths are relative to the file', () => {
    const site = siteOf(full);
    expect(site.uplinks).toEqual([
      {
        id: 'district',
        urls: ['mqtts://broker:8883'],
        username: 'u',
        password: 'p',
        ca: '/etc/fengsui/tls/ca.pem',
        cert: '/abs/cert.pem',
        key: '/etc/fengsui/tls/key.pem',
        startAt: 'now',
        standby: false,
      },
    ]);
    expect(site.buses.map((b) => [b.id, b.kind])).toEqual([
      ['street', 'tcp'],
      ['cabinet', 'serial'],
      ['box', 'gpiochip'],
    ]);
    expect(site.devices.map(({ profile, ...d }) => ({ ...d, profile: profile.id }))).toEqual([
      {
        id: 'hydrant-1',
        bus: 'street',
        name: 'Gate',
        place: 'Main road 1',
        profile: 'generic/municipal-hydrant',
        settings: { toMegapascal: 0.001, low: 0.2, stuckMs: 172_800_000, lowLow: 0.1 },
        pollMs: 500,
        ownPeriod: true,
        unit: 7,
      },
      {
        id: '0012',
        bus: 'box',
        name: 'Siren',
        place: '',
        profile: 'generic/siren',
        settings: {},
        pollMs: 1_000,
        unit: 0,
        line: { offset: 17, activeLow: false },
      },
      {
        id: 'button',
        bus: 'box',
        name: 'Button',
        place: '',
        profile: 'generic/call-button',
        settings: {},
        pollMs: 1_000,
        unit: 0,
        line: { offset: 5, activeLow: true },
      },
    ]);
    expect(site.linkage).toEqual([
      {
        name: 'call',
        when: new Set(['button/pressed', 'hydrant-1/low']),
        output: '0012',
        point: 'sounding',
        sounder: false,
      },
    ]);
    expect([...site.operators.keys()]).toEqual(['duty']);
    expect(site).toMatchObject({
      clock: 'trusted',
      journal: {
        path: '/etc/fengsui/store',
        maxBytes: 64 * 1_048_576,
        commitMs: 5_000,
        chunkBytes: 8_192,
        fsync: 'os',
      },
      selfTest: '30 2 * * *',
    });
  });

  it('slots of one receiver share a unit; one unit may be on two buses', () => {
    expect(
      siteOf(onBus(smoke('s-0', 'slot: 0'), smoke('s-1', 'slot: 1'), smoke('s-2', 'slot: 2'))).devices,
    ).toHaveLength(3);
    const two = onBus(hydrant('a', 1)) + onBus(hydrant('b', 1)).split('buses:\n')[1]?.replace('rs485', 'other');
    expect(siteOf(two).devices).toHaveLength(2);
  });
});

const linked = (when: string, set: string): string =>
  `${onBus(hydrant('a', 1))}linkage:\n  - name: l\n    when: [${when}]\n    set: ${set}\n`;

/** [what is wrong, the file, where and what is said of it] */
const wrong: readonly (readonly [why: string, yaml: string, ...said: string[]])[] = [
  [
    'an empty file',
    '',
    'line 1, column 1: version: is missing; expected 1',
    'line 1, column 1: gateway: is missing; expected keys and values',
  ],
  ['a list', '- 1\n', 'line 1, column 1: expected keys and values, got [1]'],
  ['a tab', 'a:\n\t- b\n', 'line 2, column 1: this is not YAML: Tabs are not allowed as indentation'],
  [
    'no YAML',
    `${head}buses: [\n`,
    'line 8, column 1: this is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['a key twice', `${head}version: 1\n`, 'line 7, column 1: this key is there twice'],
  ['another version', head.replace('version: 1', 'version: 2'), 'line 1, column 1: version: expected 1, got 2'],
  [
    'a district as a number',
    head.replace('"330603"', '330603'),
    'line 5, column 3: gateway.district: expected 6 digits in quotes, e.g. "330603" (GB/T 2260)',
  ],
  [
    'a district that begins with 0',
    head.replace('330603', '030603'),
    'line 5, column 3: gateway.district: expected 6 digits (GB/T 2260)',
  ],
  [
    'no town',
    head.replace('  town: "001"\n', ''),
    'line 2, column 1: gateway.town: is missing; expected 3 digits in quotes, e.g. "603" (GB/T 10114)',
  ],
  [
    'a word for the clock',
    `${head}  clock: sundial\n`,
    'line 7, column 3: gateway.clock: expected ntp or trusted, got "sundial"',
  ],
  ['a list that is a text', `${head}buses: none\n`, 'line 7, column 1: buses: expected a list, got "none"'],
  ['a list with nothing below it', `${head}buses:\n`, 'line 7, column 1: buses: is empty; expected a list'],
  ['a misspelt key', `${head}bussses: []\n`, 'line 7, column 1: bussses: there is no such key; check its spelling'],
  [
    'a misspelt key deep inside',
    onBus(hydrant('a', 1, ', plce: x')),
    'line 11, column 78: buses[0].devices[0].plce: there is no such key; check its spelling',
  ],
  [
    'a broker that is a web page',
    `${head}uplinks:\n  - url: http://x\n`,
    'line 8, column 5: uplinks[0].url: expected mqtt://host:port or mqtts://host:port',
  ],
  [
    'only uplinks that stand by',
    `${head}uplinks:\n  - { url: "mqtt://x", standby: true }\n`,
    'line 8, column 24: uplinks[0].standby: every uplink stands by; one must be in use always',
  ],
  [
    'one that stands by at the broker in whose place it stands in',
    `${head}uplinks:\n  - { id: a, url: "mqtt://x" }\n  - { id: b, url: "mqtt://x", standby: true }\n`,
    'line 9, column 14: uplinks[1].url: an uplink that stands by needs another broker than the one in whose place it stands in',
  ],
  [
    'too little time to confirm',
    `${head}delivery: { receiptWithinMs: 100 }\n`,
    'line 7, column 13: delivery.receiptWithinMs: expected at least 5,000',
  ],
  [
    'an uplink without a broker',
    `${head}uplinks:\n  - { id: a }\n`,
    'line 8, column 5: uplinks[0]: expected url, or urls for a cluster of brokers; found none of them',
  ],
  [
    'an uplink with one broker and several',
    `${head}uplinks:\n  - { url: "mqtt://x", urls: ["mqtt://y"] }\n`,
    'line 8, column 5: uplinks[0]: expected url, or urls for a cluster of brokers; found both',
  ],
  [
    'two uplinks with one name',
    `${head}uplinks:\n  - url: mqtt://x\n  - url: mqtt://y\n`,
    'line 9, column 5: uplinks[1].id: another uplink has this id',
  ],
  [
    'an uplink that is to begin nowhere',
    `${head}uplinks:\n  - { url: "mqtt://x", startAt: yesterday }\n`,
    'line 8, column 24: uplinks[0].startAt: expected stored or now, got "yesterday"',
  ],
  [
    'a key that is none',
    `${head}operators:\n  - name: a\n    key: c2hvcnQ=\n`,
    'line 9, column 5: operators[0].key: expected 32 bytes in base64 (Ed25519 public key), got 5; make one with “fengsui keygen”',
  ],
  [
    'two operators with one name',
    `${head}operators:\n  - { name: a, key: "${duty.publicKey}" }\n  - { name: a, key: "${duty.publicKey}" }\n`,
    'line 9, column 7: operators[1].name: another operator has this name',
  ],
  [
    'a self-test at no time',
    `${head}selfTest: whenever\n`,
    'line 7, column 1: selfTest: “whenever” is no cron expression; every night at three is "0 3 * * *"',
  ],
  ['too small a journal', `${head}journal: { maxMb: 1 }\n`, 'line 7, column 12: journal.maxMb: expected at least 4'],
  [
    'two kinds of bus',
    `${head}buses:\n  - id: a\n    tcp: h:1\n    serial: /dev/x\n`,
    'line 8, column 5: buses[0]: expected exactly one of tcp, rtuOverTcp, serial, firmata, gpiochip; found tcp and serial',
  ],
  [
    'no kind of bus',
    `${head}buses:\n  - id: a\n`,
    'line 8, column 5: buses[0]: expected exactly one of tcp, rtuOverTcp, serial, firmata, gpiochip; found none of them',
  ],
  [
    'a port above all ports',
    `${head}buses:\n  - id: a\n    tcp: host:70000\n`,
    'line 9, column 5: buses[0].tcp: the port must be 1–65535',
  ],
  ['port 0', `${head}buses:\n  - id: a\n    tcp: host:0\n`, 'line 9, column 5: buses[0].tcp: the port must be 1–65535'],
  [
    'no port',
    `${head}buses:\n  - id: a\n    tcp: host\n`,
    'line 9, column 5: buses[0].tcp: expected host:port, e.g. "192.168.1.20:502"',
  ],
  [
    'three stop bits',
    `${head}buses:\n  - id: a\n    serial: /dev/x\n    stopBits: 3\n`,
    'line 10, column 5: buses[0].stopBits: expected 1 or 2, got 3',
  ],
  [
    'two buses with one name',
    `${head}buses:\n  - { id: a, tcp: "h:1" }\n  - { id: a, tcp: "h:2" }\n`,
    'line 9, column 7: buses[1].id: another bus is called “a” too',
  ],
  [
    'a bus called like the gateway',
    `${head}buses:\n  - { id: gw-1, tcp: "h:1" }\n`,
    'line 8, column 7: buses[0].id: “gw-1” is the name of the gateway; their faults go by it',
  ],
  [
    'an unknown profile',
    onBus('id: a, profile: acme/x, name: A, unit: 1'),
    'line 11, column 18: buses[0].devices[0].profile: there is no profile “acme/x”; known are generic/municipal-hydrant, ',
  ],
  [
    'an id that YAML takes for a number',
    onBus(hydrant('0012', 1)),
    'line 11, column 11: buses[0].devices[0].id: expected a text; put it in quotes, e.g. "0012"',
  ],
  [
    'an id with capitals',
    onBus(hydrant('Pump', 1)),
    'line 11, column 11: buses[0].devices[0].id: expected lower-case letters, digits and hyphens, at most 63',
  ],
  [
    'no id',
    onBus('profile: generic/municipal-hydrant, name: A, unit: 1'),
    'line 11, column 9: buses[0].devices[0].id: is missing; expected a text',
  ],
  [
    'an empty name',
    onBus('id: a, profile: generic/municipal-hydrant, name: "", unit: 1'),
    'line 11, column 54: buses[0].devices[0].name: expected at least 1 characters',
  ],
  ['unit 0', onBus(hydrant('a', 0)), 'line 11, column 69: buses[0].devices[0].unit: units are 1–247; 0 is broadcast'],
  ['unit 248', onBus(hydrant('a', 248)), 'line 11, column 69: buses[0].devices[0].unit: units are 1–247'],
  [
    'a unit in words',
    onBus(hydrant('a', 1).replace('unit: 1', 'unit: one')),
    'line 11, column 69: buses[0].devices[0].unit: expected a number, got "one"',
  ],
  [
    'half a unit',
    onBus(hydrant('a', 1.5)),
    'line 11, column 69: buses[0].devices[0].unit: expected a whole number, got 1.5',
  ],
  [
    'no unit',
    onBus('id: a, profile: generic/municipal-hydrant, name: A'),
    'line 11, column 9: buses[0].devices[0].unit: is missing: which Modbus address (1–247) does it have?',
  ],
  [
    'a line on a Modbus bus',
    onBus(hydrant('a', 1, ', line: 3')),
    'line 11, column 78: buses[0].devices[0].line: a device on a Modbus bus has no line',
  ],
  [
    'one unit twice',
    onBus(hydrant('a', 1), hydrant('b', 1)),
    'line 12, column 69: buses[0].devices[1].unit: unit 1 is used by “a” already, and both read holding 4',
  ],
  [
    'one id twice',
    onBus(hydrant('a', 1), hydrant('a', 2)),
    'line 12, column 11: buses[0].devices[1].id: another device is called “a” too',
  ],
  [
    'a device called like its bus',
    onBus(hydrant('rs485', 1)),
    'line 11, column 11: buses[0].devices[0].id: “rs485” is the name of a bus or of the gateway; their faults go by it',
  ],
  [
    'a siren on a Modbus bus',
    onBus('id: a, profile: generic/siren, name: S, line: 1'),
    'line 11, column 18: buses[0].devices[0].profile: generic/siren needs a GPIO line (bus with firmata or gpiochip), but bus “rs485” is rtuOverTcp',
  ],
  [
    'a hydrant on a GPIO line',
    onLines(hydrant('a', 1)),
    'line 11, column 18: buses[0].devices[0].profile: generic/municipal-hydrant needs Modbus registers (bus with tcp, rtuOverTcp or serial), but bus “gpio” is firmata',
  ],
  [
    'a siren without its line',
    onLines('id: a, profile: generic/siren, name: S, unit: 1'),
    'line 11, column 9: buses[0].devices[0].line: is missing: which line or pin is it wired to?',
    'line 11, column 51: buses[0].devices[0].unit: a device on a GPIO line has no unit',
  ],
  [
    'one line twice',
    onLines('id: a, profile: generic/siren, name: S, line: 4', 'id: b, profile: generic/siren, name: S, line: 4'),
    'line 12, column 51: buses[0].devices[1].line: line 4 is used by “a” already',
  ],
  [
    'an unknown setting',
    onBus(hydrant('a', 1, ', settings: { lwo: 1 }')),
    'line 11, column 90: buses[0].devices[0].settings.lwo: generic/municipal-hydrant has no such setting; it has toMegapascal, low, stuckMs, lowLow',
  ],
  [
    'a setting with a name of the language',
    onBus(hydrant('a', 1, ', settings: { constructor: 1 }')),
    'line 11, column 90: buses[0].devices[0].settings.constructor: generic/municipal-hydrant has no such setting; it has toMegapascal, low, stuckMs, lowLow',
  ],
  [
    'a setting where there are none',
    onLines('id: a, profile: generic/siren, name: S, line: 1, settings: { x: 1 }'),
    'line 11, column 72: buses[0].devices[0].settings.x: generic/siren has no such setting',
  ],
  [
    'a setting out of range',
    onBus(hydrant('a', 1, ', settings: { low: 9 }')),
    'line 11, column 90: buses[0].devices[0].settings.low: 9 is outside 0–2 (static pressure below which the hydrant is not fit for use, MPa)',
  ],
  [
    'a setting in words',
    onBus(hydrant('a', 1, ', settings: { low: x }')),
    'line 11, column 90: buses[0].devices[0].settings.low: expected a number, got "x"',
  ],
  [
    'a slot beyond all registers',
    onBus(smoke('a', 'tableAt: 65535'), smoke('b', 'slot: 1')),
    'line 11, column 75: buses[0].devices[0].settings: profile “generic/wireless-smoke-alarm”, point “battery”: holding 65536 is not made of whole numbers within 0–65535; addresses are zero-based, 40001 is 0',
  ],
  [
    'half a slot',
    onBus(smoke('a', 'slot: 0.1')),
    'line 11, column 75: buses[0].devices[0].settings: profile “generic/wireless-smoke-alarm”, point “status”: holding 0.4 is not made of whole numbers within 0–65535; addresses are zero-based, 40001 is 0',
  ],
  [
    'slots that overlap',
    onBus(smoke('a', 'slot: 0'), smoke('b', 'slot: 1, slotSize: 3')),
    'line 12, column 66: buses[0].devices[1].unit: unit 3 is used by “a” already, and both read holding 3',
  ],
  [
    'too fast a poll',
    onBus(hydrant('a', 1, ', pollMs: 5')),
    'line 11, column 78: buses[0].devices[0].pollMs: expected at least 100',
  ],
  [
    'a linkage without a slash',
    linked('a', 'a/x'),
    'line 14, column 12: linkage[0].when[0]: expected device/condition',
  ],
  ['a linkage without a cause', linked('', 'a/x'), 'line 14, column 5: linkage[0].when: expected at least 1 entries'],
  [
    'a linkage from a device that is not there',
    linked('b/low', 'a/pressure'),
    'line 14, column 12: linkage[0].when[0]: there is no device “b” in this file',
    'line 15, column 5: linkage[0].set: “a” has no output “pressure”; it has none',
  ],
  [
    'a linkage from a condition that is not there',
    linked('a/lwo', 's/sounding'),
    'line 14, column 12: linkage[0].when[0]: “a” has no condition “lwo”; it has low, low-low',
    'line 15, column 5: linkage[0].set: there is no device “s” in this file',
  ],
  [
    'aliases that multiply',
    `${head}x: &a [1,1,1,1,1,1,1,1,1,1]\ny: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nz: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n`,
    'its anchors and aliases cannot be resolved: Excessive alias count',
  ],
];

describe('what is wrong is told with its place and in words for the installer', () => {
  it.each(wrong)('%s', (_, yaml, ...said) => {
    let error: unknown;
    try {
      siteOf(yaml);
    } catch (e) {
      error = e;
    }
    if (!FengsuiError.is(error, 'CONFIG')) throw new Error('it was accepted', { cause: error });
    const [first, ...lines] = error.message.split('\n');
    expect(first).toBe('/etc/fengsui/site.yaml is not a valid configuration:');
    expect(lines).toEqual(said.map((line) => expect.stringContaining(`  ${line}`)));
  });

  it('all at once, and not one after the other', () => {
    expect(() => siteOf(onBus(hydrant('a', 0), hydrant('B', 1, ', pollMs: 1')))).toThrow(/unit:.*\n.*id:.*\n.*pollMs:/);
  });

  it('what follows from a device that is wrong is not told again at the linkage', () => {
    const yaml = linked('a/low', 'a/pressure').replace('unit: 1', 'unit: 1, settings: { x: 1 }');
    expect(() => siteOf(yaml)).toThrow(
      expect.objectContaining({
        details: expect.objectContaining({ problems: [expect.stringContaining('settings.x')] }),
      }),
    );
  });

  it('a password is not repeated', () => {
    expect(() => siteOf(`${head}uplinks:\n  - { url: "mqtt://x", password: 4711 }\n`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('4711') }),
    );
  });
});

describe('loadConfig', () => {
  it('a missing file is named', async () => {
    await expect(loadConfig('/nowhere/site.yaml')).rejects.toThrow(
      expect.objectContaining({
        code: 'CONFIG',
        message: expect.stringMatching(/^cannot read the configuration file \/nowhere\/site\.yaml: ENOENT/),
      }),
    );
  });

  it('reads a file, with paths beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fengsui-config-'));
    const file = join(folder, 'site.yaml');
    await writeFile(file, head);
    expect((await loadConfig(file)).journal.path).toBe(join(folder, 'data'));
  });
});
