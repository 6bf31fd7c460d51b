import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { hasPythonModules, runPython } from '../../support/python.ts';
import { goldenWire } from '../../support/wire/golden-wire.ts';

const script = fileURLToPath(new URL('../../../docs/contract/decode.py', import.meta.url));
const line = ({ channel, hex }: { readonly channel: string; readonly hex: string }): string =>
  `fengsui/v1/330603/001/gw-1/${channel} ${hex}\n`;
const decoded = goldenWire.filter(({ channel }) => ['presence', 'points', 'alarm', 'telemetry'].includes(channel));
const linesOf = (text: string): string[] => text.split('\n').filter((each) => each !== '');

describe.skipIf(!(await hasPythonModules('cbor2')))('the decoder in Python (needs python3-cbor2)', () => {
  it('reads in the golden bytes what they mean', async () => {
    const { out, err } = await runPython([script, '--json'], goldenWire.map(line).join(''));
    expect(err).toBe('');
    const meanings = linesOf(out).map((each) => JSON.parse(each).meaning);
    expect(meanings).toEqual(decoded.map(({ meaning }) => meaning));
  });

  it('says them in words', async () => {
    const { out } = await runPython([script], goldenWire.map(line).join(''));
    const words = linesOf(out).map((each) => each.slice(each.indexOf(' ') + 1));
    const said = Object.fromEntries(decoded.map(({ name }, i) => [name, words[i]]));
    expect(said).toMatchObject({
      'gateway offline, as its last will says': 'offline',
      'alarm raised':
        '2026-09-21 14:13:20 supervisory hydrant-1/low raised, now active-unacked: pressure below 0.14 MPa for 5 s (0.12)',
      'alarm with every field':
        '2026-09-21 14:13:20 fire hydrant-1/low silenced by duty, now active-acked: pressure below 0.14 MPa for 5 s (0.12), shelved: pump test',
      'linkage switched': '2026-09-21 14:13:20 siren/sounding on: switched, because of smoke/smoke, call/pressed',
      'linkage switched by a walk test': '2026-09-21 14:13:20 siren/sounding on: switched, by a walk test',
      'linkage not written':
        '2026-09-21 14:13:20 siren/sounding off: not-written after 3000 ms: no answer within 3000 ms',
      'linkage of a later version': '2026-09-21 14:13:20 siren/sounding on: other after 290 ms',
      'audit of a command': '2026-09-21 14:13:20 李伟 (duty): provision main, done: generic/fire-main',
      'audit of a refused command':
        '2026-09-21 14:13:20 nobody known (sdk-2): reset smoke/smoke, FORBIDDEN, 300 times: not allowed',
      'audit of a refused receipt': '2026-09-21 14:13:20 nobody known: receipt, FORBIDDEN',
      'audit of a start': '2026-09-21 14:13:20 started: version 0.1.0, configuration c0ffee, before it failure',
      'audit of a stop': '2026-09-21 14:13:20 stopped: SIGTERM',
      'audit of another configuration': '2026-09-21 14:13:20 configured: c0ffee; added a; changed b, c',
      'audit of a clock set back': '2026-09-21 14:13:20 clock-stepped by -86400000 ms, 2 times',
      'audit of a later version': '2026-09-21 14:13:20 an act of a later version',
      'entry of a later version': 'entry 12 of the alarm lane, of a later version',
      readings:
        'readings 2: 2026-09-21 14:13:20 hydrant-1/pressure = 0.421; 2026-09-21 14:13:20 smoke-1/status = smoke; 2026-09-21 14:13:20 button-1/pressed = True',
      gone: 'entries 1 to 900 were given up: 2026-09-10 00:26:40 to 2026-09-21 14:14:00',
      'telemetry of a later version': 'entries 5 to 9 of the telemetry lane, of a later version',
    });
  });

  it('goes on behind what is none, and telemetry whose table it does not know', async () => {
    const readings = goldenWire.filter(({ name }) => name === 'readings' || name === 'alarm raised').toReversed();
    const broken = line({ channel: 'alarm', hex: 'a10' }) + line({ channel: 'alarm', hex: 'a20001' });
    const { out, err } = await runPython([script], broken + readings.map(line).join(''));
    expect(linesOf(err)).toHaveLength(3);
    expect(err).toContain('telemetry 2 needs point table 1775745752, which was not heard');
    expect(linesOf(out)).toHaveLength(1);
  });
});
