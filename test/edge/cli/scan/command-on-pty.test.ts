import { describe, expect, it, onTestFinished } from 'vitest';
import { loadSerialDriver, openSerial } from '../../../../edge/bus/modbus/serial-line.ts';
import { scanCommand } from '../../../../edge/cli/scan/command.ts';
import { slave } from '../../../../simulators/modbus/slave.ts';
import { unitOf } from '../../../../simulators/modbus/unit.ts';
import { openPty, type Pty } from '../../../../simulators/serial/open-pty.ts';
import { fakeTerminal } from '../terminal/fake-terminal.ts';

const hasPty = await openPty().then(
  async (pty) => {
    pty[Symbol.dispose]();
    await loadSerialDriver();
    return true;
  },
  () => false,
);

/** A pty at whose far end units listen that understand one speed only. */
async function line(baud: number, units: readonly number[]): Promise<Pty> {
  const pty = await openPty();
  const devices = new Map(units.map((unit) => [unit, unitOf({ holding: { 0: unit } })]));
  const wire = slave(devices).rtuWire((bytes) => pty.write(bytes));
  const life = new AbortController();
  const serve = async (): Promise<void> => {
    const inbox = Buffer.alloc(256);
    while (!life.signal.aborted) {
      await pty.readable(20);
      const count = pty.read(inbox);
      if (count > 0 && pty.baud() === baud) wire.receive(Uint8Array.from(inbox.subarray(0, count)));
    }
  };
  const served = serve();
  onTestFinished(async () => {
    life.abort();
    await served;
    wire.close();
    pty[Symbol.dispose]();
  });
  return pty;
}

describe.skipIf(!hasPty)('fengsui scan on a pty (needs koffi and serialport)', () => {
  it('finds the speed of the line and who is on it', async () => {
    const pty = await line(4_800, [2, 4]);
    const terminal = fakeTerminal();
    await scanCommand(
      ['--port', pty.path, '--bauds', '9600,4800,19200', '--parities', 'none', '--units', '1-4', '--lang', 'en'],
      terminal,
    );
    const found = terminal
      .said()
      .out.split('\n')
      .flatMap((text) => /^ *(\d+ {2}\d+ 8\w\d)/.exec(text)?.[1] ?? []);
    expect(found).toEqual(['2  4800 8N1', '4  4800 8N1']);
  });

  it('says of a port in use that the gateway may be running on it', async () => {
    const pty = await line(9_600, []);
    const endpoint = { kind: 'serial', path: pty.path, baud: 9_600, parity: 'none', stopBits: 1 } as const;
    const nobody = { received: () => undefined, lost: () => undefined };
    const port = await openSerial(endpoint, nobody, new AbortController().signal);
    await expect(scanCommand([pty.path, '--units', '1'], fakeTerminal())).rejects.toMatchObject({
      code: 'BUS_DOWN',
      message: expect.stringContaining('systemctl stop fengsui'),
    });
    await port.close();
  });
});
