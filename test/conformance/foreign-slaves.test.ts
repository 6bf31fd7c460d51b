import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ModbusEndpoint } from '../../edge/bus/modbus/modbus-bus.ts';
import type { Block } from '../../edge/bus/reading.ts';
import { pointDecoder, widthOf } from '../../edge/point/decode-point.ts';
import type { ByteOrder, NumberPoint, PointSpec } from '../../sdk/model/profile.ts';
import { millis, monoTime } from '../../sdk/model/time.ts';
import { failure, never, realBus } from '../support/bus-under-test.ts';
import { debian } from '../support/debian.ts';
import { accepts, freePort } from '../support/mosquitto.ts';
import { ptyPair } from '../support/pty-pair.ts';

const python = '/usr/bin/python3';
const unit = 7;
const libraries = ['pymodbus', 'libmodbus'] as const;
const bits = Array.from({ length: 37 }, (_, i) => Number(i % 3 === 0 || i % 7 === 0));
const timing = { timeout: millis(2_000), quiet: millis(50), reconnect: millis(1_000) };

/** One value of each type in each order; Python's struct lays them into the foreign server's registers. */
const orders = {
  2: ['AB', 'BA'],
  4: ['ABCD', 'CDAB', 'BADC', 'DCBA'],
  8: ['ABCDEFGH', 'GHEFCDAB', 'BADCFEHG', 'HGFEDCBA'],
} as const satisfies Record<number, readonly ByteOrder[]>;
const numbers = [
  ['u16', 2, 54_321],
  ['i16', 2, -12_345],
  ['bcd16', 2, 9_081],
  ['u32', 4, 3_405_691_582],
  ['i32', 4, -1_234_567_890],
  ['f32', 4, -0.15625],
  ['bcd32', 4, 12_345_678],
  ['u64', 8, 9_007_199_254_740_991],
  ['i64', 8, -9_007_199_254_740_991],
  ['f64', 8, -2.718281828459045e-12],
] as const satisfies readonly (readonly [NumberPoint['as'], 2 | 4 | 8, number])[];
const text = { as: 'text', order: 'AB', value: 'KQ-2026 HYDRANT' } as const;

type Stored = { readonly at: number; readonly as: string; readonly order: string; readonly value: number | string };
const values = layOut([
  ...numbers.flatMap(([as, bytes, value]) => orders[bytes].map((order) => ({ as, order, value }))),
  text,
  { ...text, order: 'BA' },
]);

const present = { pymodbus: await has('pymodbus'), libmodbus: await has('libmodbus') };

describe.each(libraries)('%s as the device', (library) => {
  for (const line of ['tcp', 'serial'] as const) {
    describe.skipIf(!present[library] || (line === 'serial' && !debian('socat')))(
      `${line} (needs python3-pymodbus, python3-serial-asyncio, libmodbus5, socat)`,
      () => {
        it('every data type in every order, and every table, reads back as what was put in', {
          timeout: 60_000,
        }, async () => {
          await using slave = await foreignSlave(library, line);
          const bus = realBus(slave.endpoint, timing);
          for (const table of ['holding', 'input'] as const) {
            for (const stored of values) {
              const spec = specOf(stored, table);
              const words = await bus.read({ unit, table, address: stored.at, count: widthOf(spec) }, never);
              expect(pointDecoder(spec, {})(words, 0, monoTime(0)), `${table} ${stored.as} ${stored.order}`).toEqual({
                quality: 'good',
                at: 0,
                value: stored.value,
              });
            }
          }
          for (const table of ['coil', 'discrete'] as const) {
            expect(await bus.read({ unit, table, address: 0, count: bits.length }, never)).toEqual(bits);
            expect(await bus.read({ unit, table, address: 5, count: 9 }, never)).toEqual(bits.slice(5, 14));
          }
          expect(bus.quality()).toMatchObject({ timeouts: 0, crcErrors: 0, exceptions: 0, foreign: 0, late: 0 });
        });

        it('a coil and a register that were written read back, and their neighbours stay', {
          timeout: 30_000,
        }, async () => {
          await using slave = await foreignSlave(library, line);
          const bus = realBus(slave.endpoint, timing);
          const block = (table: Block['table'], address: number, count: number): Block => ({
            unit,
            table,
            address,
            count,
          });
          const before = await bus.read(block('holding', 0, 4), never);
          await bus.write({ unit, table: 'holding', address: 2, value: 0xbeef }, never);
          expect(await bus.read(block('holding', 0, 4), never)).toEqual([before[0], before[1], 0xbeef, before[3]]);
          await bus.write({ unit, table: 'coil', address: 1, value: true }, never);
          await bus.write({ unit, table: 'coil', address: 3, value: false }, never);
          expect(await bus.read(block('coil', 0, 4), never)).toEqual([1, 1, 0, 0]);
        });

        it('a register beyond the last is refused, and the next request is served', { timeout: 30_000 }, async () => {
          await using slave = await foreignSlave(library, line);
          const bus = realBus(slave.endpoint, timing);
          const error = await failure(bus.read({ unit, table: 'holding', address: 9_999, count: 2 }, never));
          expect(error.code).toBe('BUS_EXCEPTION');
          expect(error.message).toContain('exception 2');
          expect(await bus.read({ unit, table: 'coil', address: 0, count: 3 }, never)).toEqual(bits.slice(0, 3));
        });
      },
    );
  }
});

function layOut(entries: readonly Omit<Stored, 'at'>[]): readonly Stored[] {
  let at = 0;
  return entries.map((entry) => {
    const stored = { ...entry, at };
    at += entry.as === 'text' ? 8 : widthOf(specOf(stored, 'holding'));
    return stored;
  });
}

function specOf({ at, as, order, value }: Stored, from: 'holding' | 'input'): PointSpec {
  if (as === 'text')
    return { from, at, as, words: Math.ceil(String(value).length / 2), order: order === 'BA' ? 'BA' : 'AB' };
  const plain = { unit: '1', resolution: 1, range: [-Number.MAX_VALUE, Number.MAX_VALUE] } as const;
  return { ...plain, from, at, as: as as NumberPoint['as'], order: order as ByteOrder };
}

type ForeignSlave = AsyncDisposable & { readonly endpoint: ModbusEndpoint };

async function foreignSlave(library: (typeof libraries)[number], line: 'tcp' | 'serial'): Promise<ForeignSlave> {
  const pair = line === 'serial' ? await ptyPair() : undefined;
  const port = line === 'tcp' ? await freePort() : 0;
  const script = fileURLToPath(new URL('../support/foreign-slaves.py', import.meta.url));
  const child = spawn(python, [script, library, pair ? pair.far : `tcp:${port}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.write(`${JSON.stringify({ values, bits })}\n`);
  const ready = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${library} ended with ${code} before it served`))),
  ]);
  expect(ready).toEqual(['ready']);
  if (line === 'tcp') await accepts(port); // pymodbus listens a moment after it says so
  const serial = { kind: 'serial', path: pair?.near ?? '', baud: 9_600, parity: 'none', stopBits: 1 } as const;
  return {
    endpoint: pair ? serial : { kind: 'tcp', host: '127.0.0.1', port },
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      await pair?.[Symbol.asyncDispose]();
    },
  };
}

async function has(library: (typeof libraries)[number]): Promise<boolean> {
  const probe = {
    pymodbus: 'import pymodbus, serial_asyncio',
    libmodbus: "import ctypes; ctypes.CDLL('libmodbus.so.5')",
  };
  try {
    await promisify(execFile)(python, ['-c', probe[library]]);
    return true;
  } catch (cause) {
    if (process.env['CI'])
      throw new Error('apt-get install python3-pymodbus python3-serial-asyncio libmodbus5', { cause });
    return false;
  }
}
