import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { delay, silence } from '../../../simulators/modbus/faults.ts';
import { type ModbusServer, modbusServer } from '../../../simulators/modbus/modbus-server.ts';
import { type Unit, unitOf } from '../../../simulators/modbus/unit.ts';
import { ask } from './ask.ts';
import { hex } from './hex.ts';

const request = '01 03 00 04 00 01 C5 CB';
const answer = '01 03 02 0C 80 BC E4';
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]();
});

async function serve(transport: 'tcp' | 'rtu-over-tcp', units = new Map([[1, unitOf({ holding: { 4: 3_200 } })]])) {
  const server = await modbusServer({ transport, units });
  open.push(server);
  return server;
}

async function dial(server: ModbusServer): Promise<Socket> {
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  open.push({
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  });
  return socket;
}

describe('Modbus TCP', () => {
  it('answers in the name of the transaction', async () => {
    const socket = await dial(await serve('tcp'));
    expect(await ask(socket, '00 07 00 00 00 06 01 03 00 04 00 01', 11)).toBe('00 07 00 00 00 05 01 03 02 0C 80');
  });

  it('says that nobody is there for a unit that is not there', async () => {
    const socket = await dial(await serve('tcp'));
    expect(await ask(socket, '00 07 00 00 00 06 05 03 00 04 00 01', 9)).toBe('00 07 00 00 00 03 05 83 0B');
  });

  it('hangs up on bytes that are not Modbus TCP', async () => {
    const socket = await dial(await serve('tcp'));
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
  });

  it('drops connections and takes new ones', async () => {
    const server = await serve('tcp');
    const first = await dial(server);
    const closed = once(first, 'close');
    await ask(first, '00 07 00 00 00 06 01 03 00 04 00 01', 11);
    server.dropConnections();
    await closed;
    const second = await dial(server);
    expect(await ask(second, '00 01 00 00 00 06 01 03 00 04 00 01', 11)).toBe('00 01 00 00 00 05 01 03 02 0C 80');
  });

  it('closes at once while a client is connected', async () => {
    const server = await serve('tcp');
    const socket = await dial(server);
    const closed = once(socket, 'close');
    await server[Symbol.asyncDispose]();
    await closed;
  });
});

describe('RTU over TCP', () => {
  it('answers the golden request with the golden frame', async () => {
    const socket = await dial(await serve('rtu-over-tcp'));
    expect(await ask(socket, request, 7)).toBe(answer);
  });

  it('answers after noise', async () => {
    const socket = await dial(await serve('rtu-over-tcp'));
    expect(await ask(socket, `FF 55 00 ${request}`, 7)).toBe(answer);
  });

  it('refuses an unknown function once the line is quiet', async () => {
    const socket = await dial(await serve('rtu-over-tcp'));
    // 01 2B 0E 01 00 has the check sum 70 77.
    expect(await ask(socket, '01 2B 0E 01 00 70 77', 5)).toMatch(/^01 AB 01 /);
  });

  it('a silent unit is silent and its neighbour is not', async () => {
    const units = new Map<number, Unit>([1, 2].map((n) => [n, unitOf({ holding: { 4: n } })]));
    const server = await serve('rtu-over-tcp', units);
    server.misbehave(1, silence);
    const socket = await dial(server);
    socket.write(hex(request));
    expect(await ask(socket, '02 03 00 04 00 01 C5 F8', 7)).toMatch(/^02 03 02 00 02 /);
    server.behave(1);
    expect(await ask(socket, request, 7)).toMatch(/^01 03 02 00 01 /);
  });

  it('a unit that is not there, or has no supply, is silent', async () => {
    const dead: Unit = { read: () => 1, powered: () => false };
    const server = await serve(
      'rtu-over-tcp',
      new Map([
        [1, unitOf({ holding: { 4: 3_200 } })],
        [2, dead],
      ]),
    );
    const socket = await dial(server);
    socket.write(hex('02 03 00 04 00 01 C5 F8'));
    socket.write(hex('03 03 00 04 00 01 C4 29'));
    expect(await ask(socket, request, 7)).toBe(answer);
  });

  it('a broadcast is done by all and answered by none', async () => {
    const written: number[] = [];
    const relay = unitOf({
      holding: { 4: 3_200 },
      coil: { 0: { get: () => 0, set: (v) => (written.push(v), 'done') } },
    });
    const socket = await dial(
      await serve(
        'rtu-over-tcp',
        new Map([
          [1, relay],
          [2, relay],
        ]),
      ),
    );
    socket.write(hex('00 05 00 00 FF 00 8D EB'));
    expect(await ask(socket, request, 7)).toBe(answer);
    expect(written).toEqual([1, 1]);
  });

  it('a delayed answer comes late, and not at all once the connection is gone', async () => {
    const server = await serve('rtu-over-tcp');
    server.misbehave(1, delay(60));
    const socket = await dial(server);
    const before = performance.now();
    expect(await ask(socket, request, 7)).toBe(answer);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
    socket.write(hex(request));
    socket.destroy();
  });
});

describe('ports', () => {
  it('a taken port is left to its owner, and which one was refused is told', async () => {
    const first = await serve('tcp');
    const second = await modbusServer({ transport: 'tcp', units: new Map(), port: first.port });
    open.push(second);
    expect(second.port).not.toBe(first.port);
    expect(second.refusedPort).toBe(first.port);
    expect(first).not.toHaveProperty('refusedPort');
  });

  it('a port that no port can be is refused in words', async () => {
    await expect(modbusServer({ transport: 'tcp', units: new Map(), port: 70_000 })).rejects.toThrow(
      'port 70000 is not valid',
    );
  });
});
