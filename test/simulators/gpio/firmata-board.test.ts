import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FirmataBoard, startFirmataBoard } from '../../../simulators/gpio/firmata-board.ts';

/** A host that speaks raw bytes: `ask` resolves with exactly as many bytes as are expected. */
async function rawHost(port: number) {
  const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  let seen = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    seen = Buffer.concat([seen, bytes]);
  });
  const take = async (count: number): Promise<number[]> => {
    while (seen.length < count) await once(socket, 'data');
    const taken = [...seen.subarray(0, count)];
    seen = seen.subarray(count);
    return taken;
  };
  return {
    socket,
    take,
    tell: (...bytes: number[]) => socket.write(Uint8Array.from(bytes)),
    async ask(bytes: readonly number[], count: number): Promise<number[]> {
      socket.write(Uint8Array.from(bytes));
      return take(count);
    },
  };
}

describe('simulated Firmata board', () => {
  let board: FirmataBoard;
  let host: Awaited<ReturnType<typeof rawHost>>;
  /** Everything sent before has been obeyed once this returns. */
  const settled = () => host.ask([0xf9], 3);

  beforeEach(async () => {
    board = await startFirmataBoard();
    host = await rawHost(board.port);
  });
  afterEach(async () => {
    host.socket.destroy();
    await board[Symbol.asyncDispose]();
  });

  it('introduces itself as Firmata 2.5', async () => {
    expect(await host.ask([0xf9], 3)).toEqual([0xf9, 2, 5]);
    const answer = await host.ask([0xf0, 0x79, 0xf7], 25);
    expect(answer.slice(0, 4)).toEqual([0xf0, 0x79, 2, 5]);
    expect(answer.at(-1)).toBe(0xf7);
  });

  it('lists what each pin can do, and that none is analog', async () => {
    const pins = await host.ask([0xf0, 0x6b, 0xf7], 2 + 20 * 7 + 1);
    expect(pins.slice(2, 9)).toEqual([0, 1, 1, 1, 11, 1, 0x7f]);
    expect(await host.ask([0xf0, 0x69, 0xf7], 23)).toEqual([0xf0, 0x6a, ...Array(20).fill(0x7f), 0xf7]);
  });

  it('a pressed button is reported at once, with the neighbours of its port', async () => {
    host.tell(0xf4, 2, 0x0b, 0xf4, 3, 0x00);
    expect(await host.ask([0xd0, 1], 3)).toEqual([0x90, 0b100, 0]);
    board.setInput(2, false);
    expect(await host.take(3)).toEqual([0x90, 0, 0]);
    board.setInput(3, true);
    expect(await host.take(3)).toEqual([0x90, 0b1000, 0]);
  });

  it('pin 7 of a port travels in the second byte', async () => {
    host.tell(0xf4, 15, 0x00);
    board.setInput(15, true);
    expect(await host.ask([0xd1, 1], 3)).toEqual([0x91, 0, 1]);
  });

  it('an output follows a pin write and answers it when asked', async () => {
    const changes: [number, boolean][] = [];
    board.onOutput((pin, level) => changes.push([pin, level]));
    host.tell(0xf4, 9, 0x01, 0xf5, 9, 1);
    expect(await host.ask([0xf0, 0x6d, 9, 0xf7], 6)).toEqual([0xf0, 0x6e, 9, 1, 1, 0xf7]);
    expect(board.output(9)).toBe(true);
    expect(changes).toEqual([[9, true]]);
  });

  it('a port write switches all outputs of the port and leaves inputs alone', async () => {
    host.tell(0xf4, 8, 0x01, 0xf4, 9, 0x00, 0xf4, 15, 0x01, 0x91, 0x7f, 0x01);
    await settled();
    expect([8, 9, 15].map((pin) => board.output(pin))).toEqual([true, false, true]);
  });

  it('a stuck output does not follow, and says so', async () => {
    board.stickOutput(9);
    host.tell(0xf4, 9, 0x01, 0xf5, 9, 1);
    expect(await host.ask([0xf0, 0x6d, 9, 0xf7], 6)).toEqual([0xf0, 0x6e, 9, 1, 0, 0xf7]);
    expect(board.output(9)).toBe(false);
  });

  it('outputs stay on when the host is lost, and go off when the power is', async () => {
    host.tell(0xf4, 9, 0x01, 0xf5, 9, 1);
    await settled();
    board.dropConnection();
    await once(host.socket, 'close');
    expect(board.output(9)).toBe(true);
    board.powerCycle();
    expect(board.output(9)).toBe(false);
  });

  it('a second host takes the place of the first', async () => {
    const second = await rawHost(board.port);
    expect(await second.ask([0xf9], 3)).toEqual([0xf9, 2, 5]);
    expect(host.socket.destroyed || (await once(host.socket, 'close'))).toBeTruthy();
    second.socket.destroy();
  });

  it('nonsense and endless messages do it no harm', async () => {
    host.tell(1, 2, 3, 0xf7, 0xf4, 99, 1, 0xf5, 99, 1, 0xdf, 1, 0xf0, ...Array(5_000).fill(0x11));
    expect(await settled()).toEqual([0xf9, 2, 5]);
  });

  it('a hanging board keeps the connection and says nothing', async () => {
    host.tell(0xf4, 2, 0x00);
    expect(await host.ask([0xd0, 1], 3)).toEqual([0x90, 0, 0]);
    board.hang(true);
    board.setInput(2, true);
    board.hang(false);
    expect(await settled()).toEqual([0xf9, 2, 5]);
  });

  it('asking for a pin it does not have is a mistake of the script', () => {
    expect(() => board.setInput(20, true)).toThrow('pins 0 to 19');
  });
});
