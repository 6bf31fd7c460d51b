import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rtuSlaveOn } from '../../../simulators/modbus/rtu-slave-on.ts';
import { unitOf } from '../../../simulators/modbus/unit.ts';
import { debian } from '../../support/debian.ts';
import { hex, toHex } from './hex.ts';

const units = new Map([[1, unitOf({ holding: { 4: 3_200 } })]]);

describe.skipIf(!debian('socat'))('an RTU slave on a pty (needs socat)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-pty-'));
  const [near, far] = [join(folder, 'near'), join(folder, 'far')];
  let cable: ChildProcess;

  beforeAll(async () => {
    cable = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (cable.stderr === null) throw new Error('socat has no stderr');
    for await (const chunk of cable.stderr) if (String(chunk).includes('starting data transfer')) break;
    if (!existsSync(near) || !existsSync(far)) throw new Error('socat made no pty');
  });
  afterAll(async () => {
    const gone = once(cable, 'exit');
    cable.kill();
    await gone;
  });

  it('answers the golden request, and again after it was closed and opened', async () => {
    for (let round = 0; round < 2; round++) {
      const slave = rtuSlaveOn(far, units);
      const fd = openSync(near, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
      writeSync(fd, hex('FF 01 03 00 04 00 01 C5 CB'));
      expect(toHex(await readBytes(fd, 7))).toBe('01 03 02 0C 80 BC E4');
      closeSync(fd);
      await slave[Symbol.asyncDispose]();
    }
  });
});

it('a path that is not there is named', () => {
  expect(() => rtuSlaveOn('/dev/fengsui-none', units)).toThrow('serial line /dev/fengsui-none cannot be opened');
});

it('a file that is no serial line is refused', () => {
  expect(() => rtuSlaveOn('/dev/null', units)).toThrow('/dev/null is no serial line');
});

async function readBytes(fd: number, count: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(count);
  for (let got = 0; got < count; ) {
    try {
      got += readSync(fd, bytes, got, count - got, null);
    } catch (e) {
      if (!(e instanceof Error && 'code' in e && e.code === 'EAGAIN')) throw e;
      await new Promise((again) => setImmediate(again));
    }
  }
  return bytes;
}
