import { afterEach, describe, expect, it } from 'vitest';
import { detectArguments } from '../../../../edge/cli/detect/arguments.ts';
import { detectCommand } from '../../../../edge/cli/detect/command.ts';
import { type ModbusServer, modbusServer } from '../../../../simulators/modbus/modbus-server.ts';
import { unitOf } from '../../../../simulators/modbus/unit.ts';
import { fakeTerminal } from '../terminal/fake-terminal.ts';

let server: ModbusServer | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
});

/** A dial at unit 3 whose registers may be turned; register 7 is missing. */
async function dial(): Promise<{ at: string; words: Record<number, number> }> {
  const words: Record<number, number> = { 0: 3, 1: 3, 2: 9, 3: 3, 4: 421, 5: 0, 6: 12 };
  const cells = Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 8, 9].map((a) => [a, () => words[a] ?? 0]));
  server = await modbusServer({ transport: 'tcp', units: new Map([[3, unitOf({ holding: cells })]]) });
  return { at: `127.0.0.1:${server.port}`, words };
}
const args = (at: string, ...more: string[]): string[] => [
  '--tcp',
  at,
  '--unit',
  '3',
  '--to',
  '9',
  '--lang',
  'en',
  ...more,
];

describe('fengsui detect', () => {
  it('names the register of what the dial shows, and what cannot be told apart yet', async () => {
    const { at } = await dial();
    const terminal = fakeTerminal();
    await detectCommand(args(at, '--shows', '0.421'), terminal);
    const { out, err } = terminal.said();
    expect(err).toContain('holding 0–6, 8–9');
    expect(out).toContain('holding 4 (0x0004, 40005): u16 ÷ 1000');
    expect(out).toContain('i16, decimals in holding 3');
    expect(out).toContain("value: { from: 'holding', at: 4, as: 'u16', scale: 0.001, unit: '1', resolution: 0.001,");
  });

  it('shows on a screen which registers it reads, and nowhere else', async () => {
    const { at } = await dial();
    const screen = { ...fakeTerminal(), isScreen: true };
    await detectCommand(args(at, '--shows', '0.421'), screen);
    expect(screen.said().err).toContain('Reading holding 0–9 …');
    expect(screen.said().err).toContain('Reading holding 7 …');
    const file = fakeTerminal();
    await detectCommand(args(at, '--shows', '0.421'), file);
    expect(file.said().err).not.toContain('Reading');
  });

  it('narrows down with what a person types, asks again after a slip, and ends at nothing', async () => {
    const { at, words } = await dial();
    words[6] = 421; // a second register that fits at first
    const terminal = fakeTerminal([
      '0.421',
      'o.43',
      () => {
        words[4] = 433;
        return '0.433';
      },
    ]);
    await detectCommand(args(at), terminal);
    const { out, err } = terminal.said();
    expect(out).toContain('Several fit');
    expect(err).toContain('“o.43” is no number');
    expect(out).toContain('Only this fits all that was shown; different values so far: 2');
  });

  it('begins anew after a number that contradicts the ones before', async () => {
    const { at } = await dial();
    const terminal = fakeTerminal(['0.421', '0.999', '0.421']);
    await detectCommand(args(at), terminal);
    const parts = terminal.said().out.split('No register gives that');
    expect(parts).toHaveLength(2);
    expect(parts[1]).toContain('holding 4');
  });

  it('waits until the registers give the next of several numbers', async () => {
    const { at, words } = await dial();
    const terminal = fakeTerminal();
    const running = detectCommand(args(at, '--shows', '0.421,0.433', '--json'), terminal);
    setTimeout(() => {
      words[4] = 433;
    }, 1_500);
    await running;
    const result = JSON.parse(terminal.said().out);
    expect(result).toMatchObject({ unit: 3, certainty: 'sure', distinctValues: 2 });
    expect(result.answers[0].best).toEqual({ from: 'holding', at: 4, as: 'u16', decimals: 3 });
  });

  it('says that zero says little', async () => {
    const { at } = await dial();
    const terminal = fakeTerminal();
    await detectCommand(args(at, '--shows', '0.0'), terminal);
    expect(terminal.said().out).toContain('Zero says little');
  });

  it('says of a unit that does not answer what to check', async () => {
    const { at } = await dial();
    await expect(detectCommand(['--tcp', at, '--unit', '9', '--shows', '1'], fakeTerminal())).rejects.toThrow(
      'unit 9 does not answer',
    );
  });

  it.each<[what: string, args: string[], says: string]>([
    ['no unit', ['/dev/ttyS1', '--shows', '1'], 'which device?'],
    ['unit 0', ['/dev/ttyS1', '--unit', '0', '--shows', '1'], 'from 1 to 247'],
    ['several units', ['/dev/ttyS1', '--unit', '1-3', '--shows', '1'], 'give one number'],
    ['several speeds', ['/dev/ttyS1', '--unit', '1', '--baud', '9600,4800'], '--baud: give one'],
    ['registers backwards', ['/dev/ttyS1', '--unit', '1', '--from', '9', '--to', '3'], 'lowest first'],
    ['too many registers', ['/dev/ttyS1', '--unit', '1', '--from', '0', '--to', '5000'], 'up to 1000'],
    ['registers beyond the last', ['/dev/ttyS1', '--unit', '1', '--from', '65536'], 'from 0 to 65535'],
    ['a table that is not there', ['/dev/ttyS1', '--unit', '1', '--table', 'coil'], 'holding, input or both'],
    ['what is no number', ['/dev/ttyS1', '--unit', '1', '--shows', '0;4'], 'is no number'],
    ['a speed on a network', ['--tcp', 'h:502', '--unit', '1', '--baud', '9600'], 'no speed and parity'],
  ])('%s is told before anything is opened', (_what, args, says) => {
    expect(() => detectArguments(args, {})).toThrow(says);
  });

  it('asks for what the dial shows where nobody can be asked', async () => {
    await expect(detectCommand(['--tcp', '127.0.0.1:1', '--unit', '1'], fakeTerminal())).rejects.toThrow('Add --shows');
  });
});
