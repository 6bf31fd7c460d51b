import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { truncate } from '../../../simulators/modbus/faults.ts';
import { mbapFrame } from '../../../simulators/modbus/mbap-frame.ts';
import {
  burst,
  foreignBlock,
  foreignUnit,
  type LineFault,
  late,
  lineFault,
  mute,
} from '../../../simulators/serial/line-faults.ts';
import { lineServer, timerClock } from '../../../simulators/serial/line-server.ts';
import { serialLine } from '../../../simulators/serial/serial-line.ts';
import { garbledHeader, otherTransaction, type TcpLineOptions, tcpLine } from '../../../simulators/serial/tcp-line.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { until } from '../../support/until.ts';
import { toHex } from '../modbus/hex.ts';
import { answers, device, reads } from './virtual-line.ts';

const asks = (transaction: number, unit: number, address = 0): Uint8Array =>
  mbapFrame(transaction, unit, Uint8Array.of(3, 0, address, 0, 1));
const says = (transaction: number, unit: number, value: number): string =>
  toHex(mbapFrame(transaction, unit, Uint8Array.of(3, 2, 0, value)));

function virtual(options: Partial<TcpLineOptions> = {}) {
  const clock = fakeClock();
  const slaves = new Map([1, 2].map((unit) => [unit, device(unit)]));
  const line = tcpLine({ clock, slaves, ...options });
  const got: string[] = [];
  const lost: string[] = [];
  const adapter = line.connect({
    received: (chunk) => void got.push(toHex(chunk)),
    lost: (why) => void lost.push(why.message),
  });
  return { clock, line, got, lost, adapter };
}

describe('devices behind Modbus TCP, in virtual time', () => {
  it.each<[string, LineFault, string[]]>([
    ['mute', mute, []],
    ['half a frame', lineFault(truncate(8)), [says(5, 1, 10).slice(0, 23)]],
    ['another device', foreignUnit(2), [says(5, 2, 20)]],
    ['another block', foreignBlock(1), [says(5, 1, 11)]],
    ['another transaction', otherTransaction(-1), [says(4, 1, 10)]],
    ['a garbled header', garbledHeader, [says(5, 1, 10).replace(/^00 05 00/, '00 05 40')]],
    ['a burst in the data', burst(72), [says(5, 1, 10).replace(/00 0A$/, 'FF F5')]],
  ])('%s', async (_name, fault, frames) => {
    const { clock, line, got, adapter } = virtual();
    line.misbehave(1, fault);
    adapter.write(asks(5, 1));
    await clock.advance(1_000);
    expect(got).toEqual(frames);
    line.behave(1);
    adapter.write(asks(6, 1));
    await clock.advance(1_000);
    expect(got.at(-1)).toBe(says(6, 1, 10));
  });

  it('answers overtake a late one', async () => {
    const { clock, line, got, adapter } = virtual();
    line.misbehave(1, late(100));
    adapter.write(asks(1, 1));
    adapter.write(asks(2, 2));
    await clock.advance(1_000);
    expect(got).toEqual([says(2, 2, 20), says(1, 1, 10)]);
  });

  it('in pieces, the bytes are the same', async () => {
    const { clock, got, adapter } = virtual({ inPieces: true, seed: 3 });
    for (let n = 0; n < 5; n++) {
      adapter.write(asks(n, 1));
      await clock.advance(10);
    }
    expect(got.length).toBeGreaterThan(5);
    expect(got.join(' ')).toBe([0, 1, 2, 3, 4].map((n) => says(n, 1, 10)).join(' '));
  });

  it('in pieces, answers that are ready at once follow each other whole', async () => {
    const { clock, got, adapter } = virtual({ inPieces: true, seed: 3 });
    for (let n = 0; n < 5; n++) adapter.write(asks(n, 1 + (n % 2)));
    await clock.advance(100);
    expect(got.join(' ')).toBe([0, 1, 2, 3, 4].map((n) => says(n, 1 + (n % 2), 10 * (1 + (n % 2)))).join(' '));
  });

  it('an absent device is refused by the gateway, or silent; muted and browned out ones are silent for a time', async () => {
    for (const absent of ['refused', 'silent'] as const) {
      const { clock, got, adapter } = virtual({ absent });
      adapter.write(asks(1, 9));
      await clock.advance(100);
      expect(got).toEqual(absent === 'refused' ? [toHex(mbapFrame(1, 9, Uint8Array.of(0x83, 11)))] : []);
    }
    const { clock, line, got, adapter } = virtual();
    line.mute(1, 500);
    line.brownOut(2, 500);
    for (const unit of [1, 2]) adapter.write(asks(1, unit));
    await clock.advance(500);
    expect(got).toEqual([]);
    for (const unit of [1, 2]) adapter.write(asks(2, unit));
    await clock.advance(100);
    expect(got).toEqual([says(2, 1, 10), says(2, 2, 20)]);
    expect(line.stats()[1]).toMatchObject({ requests: 2, answers: 1 });
  });

  it('bytes that are no Modbus TCP end the connection, and the next one is good', async () => {
    const { clock, line, got, lost, adapter } = virtual();
    adapter.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
    expect(lost).toEqual(['the other end closed the connection']);
    const again = line.connect({ received: (chunk) => void got.push(toHex(chunk)), lost: () => undefined });
    again.write(asks(1, 1));
    await clock.advance(100);
    expect(got).toEqual([says(1, 1, 10)]);
  });
});

it('what a connection still had to say is not said on the next one', async () => {
  const { clock, line, got, adapter } = virtual();
  line.misbehave(1, late(500));
  adapter.write(asks(1, 1));
  await adapter.close();
  line.connect({ received: (chunk) => void got.push(toHex(chunk)), lost: () => undefined });
  await clock.advance(1_000);
  expect(got).toEqual([]);
});

describe('a line behind a TCP port', () => {
  const opened = (port: number): Promise<{ socket: Socket; got: () => string; isClosed: () => boolean }> =>
    new Promise((done) => {
      let bytes = Buffer.alloc(0);
      const socket = connect(port, '127.0.0.1', () =>
        done({ socket, got: () => toHex(bytes), isClosed: () => socket.closed }),
      );
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
      });
    });
  const slaves = new Map([[1, device(1)]]);

  it('a serial line is RTU over TCP, for one master at a time, and hangs up when it is pulled out', async () => {
    const line = serialLine({ clock: timerClock, slaves, baud: 115_200, parity: 'none', stopBits: 1 });
    await using server = await lineServer(line);
    const first = await opened(server.port);
    first.socket.write(reads(1));
    await until('the answer comes', () => first.got() === answers(1));
    const second = await opened(server.port);
    await until('the second master is hung up on', () => second.isClosed());
    line.unplug();
    await until('the first one is hung up on', () => first.isClosed());
    line.plug();
    const third = await opened(server.port);
    third.socket.write(reads(1));
    await until('the answer comes again', () => third.got() === answers(1));
    third.socket.destroy();
  });

  it('a TCP line is Modbus TCP', async () => {
    await using server = await lineServer(tcpLine({ clock: timerClock, slaves }));
    const { socket, got } = await opened(server.port);
    socket.write(asks(7, 1));
    await until('the answer comes', () => got() === says(7, 1, 10));
    socket.destroy();
  });
});
