import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { beforeAll, describe, expect, it } from 'vitest';
import { startPacedLine } from '../../support/paced-line.ts';
import { until } from '../../support/until.ts';
import { bundled } from '../bundled.ts';
import { forked } from '../child.ts';
import { toHex } from '../modbus/hex.ts';
import { reads } from './virtual-line.ts';

type Port = AsyncDisposable & {
  /** Resolves with so many bytes that come after the request, in hex. */
  answer(request: Uint8Array, length: number): Promise<string>;
  /** Resolves with what came in this time, in hex. */
  within(ms: number, request: Uint8Array): Promise<string>;
  readonly closed: Promise<unknown>;
};

async function openPort(path: string, baudRate: number): Promise<Port> {
  const port = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((done, fail) => port.open((e) => (e ? fail(e) : done())));
  let got = Buffer.alloc(0);
  port.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
  });
  const send = (request: Uint8Array): void => {
    got = Buffer.alloc(0);
    port.write(request);
  };
  return {
    closed: once(port, 'close'),
    async answer(request, length) {
      send(request);
      await until(`${length} bytes come`, () => got.length >= length);
      return toHex(got);
    },
    async within(ms, request) {
      send(request);
      await new Promise((done) => setTimeout(done, ms));
      return toHex(got);
    },
    async [Symbol.asyncDispose]() {
      if (port.isOpen) await new Promise((done) => port.close(done));
    },
  };
}

describe.skipIf(process.platform !== 'linux')('a paced line in a process of its own', { timeout: 60_000 }, () => {
  let script: string;
  beforeAll(async () => {
    script = await bundled('serial-line', 'simulators/serial/main.ts');
  });

  it('answers after the wire time and not before', async () => {
    await using line = await startPacedLine({ baud: 1_200, units: 2, registers: 10, dead: [2] }, script);
    await using port = await openPort(line.path, 1_200);
    const began = performance.now();
    expect(await port.answer(reads(1, 4), 7)).toMatch(/^01 03 02 01 04 /);
    expect(performance.now() - began).toBeGreaterThan((8 + 3.5 + 7) * (10_000 / 1_200));
    expect(await port.within(300, reads(2))).toBe('');
    const { requests, answers, units } = await line.stats();
    expect({ requests, answers, dead: units[2]?.answers }).toEqual({ requests: 2, answers: 1, dead: 0 });
  });

  it('obeys: set, misbehave, brown-out, unplug and plug', async () => {
    await using line = await startPacedLine({ baud: 115_200, holes: [{ address: 5, count: 2 }] }, script);
    await using port = await openPort(line.path, 115_200);
    await line.order({ do: 'set', unit: 1, address: 4, value: 0xabcd });
    expect(await port.answer(reads(1, 4), 7)).toMatch(/^01 03 02 AB CD /);
    expect(await port.answer(reads(1, 4, 2), 5)).toMatch(/^01 83 02 /);
    await line.order({ do: 'misbehave', unit: 1, fault: { kind: 'exception', code: 6 } });
    expect(await port.answer(reads(1, 4), 5)).toMatch(/^01 83 06 /);
    await line.order({ do: 'behave', unit: 1 });
    await line.order({ do: 'brown-out', unit: 1, ms: 2_000 });
    expect(await port.within(50, reads(1, 4))).toBe('');
    await new Promise((done) => setTimeout(done, 2_000));
    expect(await port.answer(reads(1, 4), 7)).toMatch(/^01 03 02 01 04 /);
    await line.order({ do: 'reset-stats' });
    expect(await line.stats()).toMatchObject({ requests: 0, units: {} });
    await line.order({ do: 'unplug' });
    await port.closed;
    await line.order({ do: 'plug' });
    await using again = await openPort(line.path, 115_200);
    expect(await again.answer(reads(1, 4), 7)).toMatch(/^01 03 02 01 04 /);
  });

  it('a port of another speed is not understood', async () => {
    await using line = await startPacedLine({ baud: 9_600 }, script);
    await using port = await openPort(line.path, 19_200);
    expect(await port.within(300, reads(1))).toBe('');
    expect(await line.stats()).toMatchObject({ requests: 0, unreadable: 1 });
  });

  it('refuses what it does not know, naming it, and goes on', async () => {
    await using line = await startPacedLine({}, script);
    await expect(line.order(JSON.parse('{"do":"explode"}'))).rejects.toThrow('explode');
    await expect(line.order({ do: 'set', unit: 1, address: 70_000, value: 0 })).rejects.toThrow('65535');
    expect(await line.stats()).toMatchObject({ requests: 0 });
  });

  it('ends with its parent, and takes the path with it', async () => {
    const child = forked(script, [JSON.stringify({ baud: 2_400 })]);
    const { path } = await child.heard((message) => message['event'] === 'ready');
    expect(existsSync(String(path))).toBe(true);
    child.process.disconnect();
    expect((await child.exited).code).toBe(0);
    expect(existsSync(String(path))).toBe(false);
  });

  it('options that make no sense end it with the reason', async () => {
    const { code, errors } = await forked(script, [JSON.stringify({ buad: 9_600 })]).exited;
    expect(code).toBe(1);
    expect(errors).toContain('buad');
  });
});
