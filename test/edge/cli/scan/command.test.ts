import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { settingName } from '../../../../edge/bus/scan/scan-plan.ts';
import { scanArguments } from '../../../../edge/cli/scan/arguments.ts';
import { scanCommand } from '../../../../edge/cli/scan/command.ts';
import { modbusServer } from '../../../../simulators/modbus/modbus-server.ts';
import { type Banks, unitOf } from '../../../../simulators/modbus/unit.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';
import { fakeTerminal } from '../terminal/fake-terminal.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server[Symbol.asyncDispose]();
});

async function line(units: Readonly<Record<number, Banks>>): Promise<string> {
  const devices = new Map(Object.entries(units).map(([unit, banks]) => [Number(unit), unitOf(banks)]));
  const server = await modbusServer({ transport: 'tcp', units: devices });
  opened.push(server);
  return `127.0.0.1:${server.port}`;
}

/** The map of registers.md 3.1 (a): address, baud code, unit code, decimals, value. */
const dial = (unit: number, value: number): Banks => ({ holding: { 0: unit, 1: 3, 2: 9, 3: 3, 4: value } });

describe('fengsui scan', () => {
  it('lists who is there, with what is known of them', async () => {
    const at = await line({ 3: dial(3, 421), 5: { input: { 0: 88 } } });
    const terminal = fakeTerminal();
    await scanCommand(['--tcp', at, '--units', '1-6', '--lang', 'en'], terminal);
    const lines = terminal.said().out.split('\n');
    expect(lines.find((text) => text.startsWith('3 '))).toContain(at);
    expect(lines.find((text) => text.startsWith('5 '))).toMatch(/unknown device +— +input 0: 88$/);
    expect(terminal.said().err).toContain(`heard: 3  ${at}  present`);
  });

  it('says in Chinese that nobody answered, and what to check', async () => {
    const terminal = fakeTerminal();
    await scanCommand(['--tcp', await line({}), '--units', '1-3', '--lang', 'zh'], terminal);
    expect(terminal.said().out).toContain('无设备应答');
  });

  it('prints one JSON document', async () => {
    const terminal = fakeTerminal();
    await scanCommand(['--tcp', await line({ 3: dial(3, 421) }), '--units', '3', '--json'], terminal);
    const { units, left } = JSON.parse(terminal.said().out);
    expect(units).toMatchObject([{ unit: 3, verdict: 'present', evidence: [] }]);
    for (const { by, confidence, needsConfirmation } of units[0].candidates)
      expect(needsConfirmation).toBe(by !== 'register' || confidence < 0.8);
    expect(left).toBe(0);
    expect(terminal.said().err).toBe('');
  });

  it('keeps how far it came when it is stopped, and goes on from there', async () => {
    const at = await line({ 2: dial(2, 421), 100: dial(100, 5) });
    const record = join(await temporaryFolder(), 'scan.json');
    const first = fakeTerminal();
    const running = scanCommand(['--tcp', at, '--units', '1-100', '--resume', record], first);
    const ended = expect(running).rejects.toMatchObject({ code: 'ABORTED', message: expect.stringContaining(record) });
    await until('unit 2 was heard', () => first.said().err.includes('2  '));
    first.stop();
    await ended;
    expect(first.said().out).toContain('2  ');
    const second = fakeTerminal();
    await scanCommand(['--tcp', at, '--units', '1-100', '--resume', record], second);
    expect(second.said().err).not.toContain(': 2  ');
    const found = second
      .said()
      .out.split('\n')
      .flatMap((text) => /^ *(\d+) {2}127/.exec(text)?.[1] ?? []);
    expect(found).toEqual(['2', '100']);
  });

  it('says that it was stopped, and of whom it could not ask who they are', async () => {
    const at = await line({ 3: dial(3, 421) });
    const inner = fakeTerminal();
    const terminal = {
      ...inner,
      err(text: string) {
        inner.err(text);
        if (text.includes('heard: 3')) inner.stop(); // nothing is left of the scan but the identification
      },
    };
    const running = scanCommand(['--tcp', at, '--units', '3', '--lang', 'en'], terminal);
    await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
    expect(inner.said().out).toContain('not identified');
    expect(inner.said().out).not.toContain('unknown');
  });

  it('goes on with no record of another scan, and with nothing that is none', async () => {
    const at = await line({ 2: dial(2, 421) });
    const record = join(await temporaryFolder(), 'scan.json');
    await scanCommand(['--tcp', at, '--units', '1-2', '--resume', record], fakeTerminal());
    await expect(scanCommand(['--tcp', at, '--units', '1-3', '--resume', record], fakeTerminal())).rejects.toThrow(
      'the record of another scan',
    );
    for (const bad of ['', '{}', 'null', '{"version":2}', '[', '{"version":1,"done":-1}']) {
      await writeFile(record, bad);
      await expect(scanCommand(['--tcp', at, '--units', '1-2', '--resume', record], fakeTerminal())).rejects.toThrow(
        'is no record of a scan',
      );
    }
  });

  it.each<[what: string, args: string[], says: string]>([
    ['no line', [], 'name one line'],
    ['two lines', ['--port', '/dev/ttyS1', '--tcp', 'h:502'], 'name one line'],
    ['two ports', ['/dev/ttyS1', '/dev/ttyS2'], 'name one line at a time'],
    ['a speed that cannot be', ['/dev/ttyS1', '--bauds', '9600,12'], '“12” is no speed of serial devices'],
    ['a speed in words', ['/dev/ttyS1', '--bauds', 'fast'], '“fast” is no speed'],
    ['no speed', ['/dev/ttyS1', '--bauds', ''], '“” is no speed'],
    ['a parity that cannot be', ['/dev/ttyS1', '--parities', 'mark'], 'none of none, even, odd'],
    ['a speed on a network', ['--tcp', 'h:502', '--bauds', '9600'], 'no speed and parity'],
    ['unit 0, which is everybody', ['/dev/ttyS1', '--units', '0-10'], 'from 1 to 247'],
    ['units beyond the last', ['/dev/ttyS1', '--units', '200-300'], 'from 1 to 247'],
    ['units backwards', ['/dev/ttyS1', '--units', '9-3'], 'no number or range'],
    ['a host without its port', ['--tcp', 'h'], 'HOST:PORT'],
    ['a port beyond the last', ['--tcp', 'h:70000'], 'from 1 to 65535'],
    ['a language that is not there', ['/dev/ttyS1', '--lang', 'fr'], '--lang fr'],
  ])('%s is told before anything is opened', (_what, args, says) => {
    expect(() => scanArguments(args, {})).toThrow(says);
  });

  it('takes speeds, parities and units as they are given', () => {
    const { plan } = scanArguments(
      ['/dev/ttyS1', '--bauds', '4800,2400', '--parities', 'odd', '--units', '7,9-10'],
      {},
    );
    expect([...new Set(plan.steps.map(({ endpoint }) => settingName(endpoint)))]).toEqual(['4800 8O1', '2400 8O1']);
    expect(new Set(plan.steps.map(({ unit }) => unit))).toEqual(new Set([7, 9, 10]));
  });

  it('says of a file that it is no serial port', async () => {
    const file = join(await temporaryFolder(), 'tty');
    await writeFile(file, '');
    await expect(scanCommand(['--port', file, '--units', '1'], fakeTerminal())).rejects.toThrow('no serial port');
  });

  it('says of a port that is not there where to find it', async () => {
    await expect(scanCommand(['/dev/ttyNOWHERE', '--units', '1'], fakeTerminal())).rejects.toThrow('/dev/serial/by-id');
  });
});
