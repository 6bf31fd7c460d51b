import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { debian } from '../support/debian.ts';
import { fieldSite } from '../support/field-site.ts';
import { startGatewayUnderTest } from '../support/gateway-process.ts';
import { accepts, freePort, startMosquitto } from '../support/mosquitto.ts';
import { hasPythonModules, python } from '../support/python.ts';

const canRun = debian('mosquitto') && debian('mosquitto_sub') && (await hasPythonModules('pymodbus', 'cbor2'));

/** Holds 3210 = 321.0 kPa in the registers of a QDY30A-type transmitter at unit 7, as pymodbus serves them. */
const server = (port: number): string => `
import asyncio, sys
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusSlaveContext, ModbusServerContext
from pymodbus.server import StartAsyncTcpServer
block = ModbusSequentialDataBlock(0, [7, 3, 1, 1, 3210] + [0] * 20)
slave = ModbusSlaveContext(hr=block, zero_mode=True)
asyncio.run(StartAsyncTcpServer(context=ModbusServerContext(slaves={7: slave}, single=False), address=("127.0.0.1", ${port})))
`;

/** Reads messages by the published contract alone: no line of ours is involved. */
const decoder = fileURLToPath(new URL('../../docs/contract/decode.py', import.meta.url));

describe.skipIf(!canRun)(
  'against strangers (needs mosquitto, mosquitto-clients, python3-pymodbus, python3-cbor2)',
  () => {
    const children: ReturnType<typeof spawn>[] = [];
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
    });

    it('what a pymodbus server holds is read by mosquitto_sub and the decoder of the contract', {
      timeout: 30_000,
    }, async () => {
      expect.assertions(1);
      const port = await freePort();
      children.push(spawn(python, ['-c', server(port)], { stdio: 'ignore' }));
      await accepts(port);
      await using broker = await startMosquitto();
      const subscriber = spawn(
        'mosquitto_sub',
        ['-h', '127.0.0.1', '-p', String(broker.port), '-t', 'fengsui/v1/+/+/test-01/+', '-F', '%t %x'],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const decoding = spawn(python, [decoder, '--json'], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(subscriber, decoding);
      subscriber.stdout.pipe(decoding.stdin);
      const buses = `  - { id: street, tcp: "127.0.0.1:${port}", devices: [{ id: hydrant, profile: generic/municipal-hydrant, unit: 7, name: H }] }`;
      await using gateway = await startGatewayUnderTest(fieldSite({ broker: broker.port, buses }));
      await gateway.logged('uplink.up');
      for await (const line of createInterface({ input: decoding.stdout })) {
        const { topic, meaning } = JSON.parse(line);
        if (topic !== 'fengsui/v1/330603/001/test-01/telemetry') continue;
        const [sample] = meaning.samples;
        expect(sample).toMatchObject({ device: 'hydrant', point: 'pressure', quality: 'good', value: 0.321 }); // MPa: 321.0 kPa
        break;
      }
    });
  },
);
