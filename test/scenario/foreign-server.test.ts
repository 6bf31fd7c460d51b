import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { debian } from '../support/debian.ts';
import { fieldSite } from '../support/field-site.ts';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { accepts, freePort, startMosquitto } from '../support/mosquitto.ts';

const python = '/usr/bin/python3';
const canRun = debian('mosquitto') && debian('mosquitto_sub') && (await hasModules());

/** Holds 3210 = 321.0 kPa in the registers of a QDY30A-type transmitter at unit 7, as pymodbus serves them. */
const server = (port: number): string => `
import asyncio, sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusSlaveContext, ModbusServerContext
from pymodbus.server import StartAsyncTcpServer
block = ModbusSequentialDataBlock(0, [7, 3, 1, 1, 3210] + [0] * 20)
slave = ModbusSlaveContext(hr=block, zero_mode=True)
asyncio.run(StartAsyncTcpServer(context=ModbusServerContext(slaves={7: slave}, single=False), address=("127.0.0.1", ${port})))
`;

/** Decodes one telemetry message by the published contract alone: no line of ours is involved. */
const decoder = `
import sys, json, cbor2
for line in sys.stdin:
    topic, _, body = line.strip().partition(" ")
    message = cbor2.loads(bytes.fromhex(body))
    print(json.dumps({"topic": topic, "message": {str(k): v for k, v in message.items()}}, default=str), flush=True)
`;

describe.skipIf(!canRun)(
  'against strangers (needs mosquitto, mosquitto-clients, python3-pymodbus, python3-cbor2)',
  () => {
    const children: ReturnType<typeof spawn>[] = [];
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    it('what a pymodbus server holds is read by mosquitto_sub and decoded by cbor2', { timeout: 30_000 }, async () => {
      const port = await freePort();
      children.push(spawn(python, ['-c', server(port)], { stdio: 'ignore' }));
      await accepts(port);
      await using broker = await startMosquitto();
      const topic = 'fengsui/v1/330603/001/test-01/telemetry';
      const subscriber = spawn(
        'mosquitto_sub',
        ['-h', '127.0.0.1', '-p', String(broker.port), '-t', topic, '-F', '%t %x'],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const decoding = spawn(python, ['-c', decoder], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(subscriber, decoding);
      subscriber.stdout.pipe(decoding.stdin);
      const buses = `  - { id: street, tcp: "127.0.0.1:${port}", devices: [{ id: hydrant, profile: generic/municipal-hydrant, unit: 7, name: H }] }`;
      await using gateway = await startGatewayUnderTest(fieldSite({ broker: broker.port, buses }));
      await gateway.logged('uplink.up');
      const [line] = await once(createInterface({ input: decoding.stdout }), 'line');
      const { topic: seen, message } = JSON.parse(String(line));
      expect(seen).toBe(topic);
      const [[column, times, values, ...qualities]] = message['7'];
      expect(column).toBe(0);
      expect(times).toHaveLength(1);
      expect(values).toEqual([321]); // steps of 0.001 MPa: 321.0 kPa
      expect(qualities).toEqual([]); // good
    });
  },
);

async function hasModules(): Promise<boolean> {
  try {
    await promisify(execFile)(python, ['-c', 'import pymodbus, cbor2']);
    return true;
  } catch (cause) {
    if (process.env['CI']) throw new Error('apt-get install python3-pymodbus python3-cbor2', { cause });
    return false;
  }
}
