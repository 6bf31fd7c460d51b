import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LineSpec, Lines } from '../../../../edge/bus/gpio/lines.ts';
import { openLines } from '../../../../edge/bus/gpio/open-lines.ts';
import { systemClock } from '../../../../edge/platform/clock.ts';
import { type FirmataBoard, startFirmataBoard } from '../../../../simulators/gpio/firmata-board.ts';
import { type FakeClock, fakeClock } from '../../../support/fake-clock.ts';
import { listening, quietLog } from './listening.ts';

const call: LineSpec = { name: 'call', offset: 2, direction: 'in', activeLow: true, bias: 'up' };
const mains: LineSpec = { name: 'mains', offset: 10, direction: 'in', activeLow: false, bias: 'none' };
const siren: LineSpec = { name: 'siren', offset: 9, direction: 'out', activeLow: false, bias: 'none' };
const barrier: LineSpec = { name: 'barrier', offset: 7, direction: 'out', activeLow: true, bias: 'none' };
const all = [call, mains, siren, barrier];

let board: FirmataBoard;
let ears: ReturnType<typeof listening>;
let lines: Lines;
const open = (specs: readonly LineSpec[], port = board.port, clock = systemClock('synced')): Lines =>
  openLines({ kind: 'firmata', host: '127.0.0.1', port }, specs, ears.listener, { clock, log: quietLog });
const isUp = (): boolean => ears.health.length > 0 && ears.health.at(-1) === undefined;

beforeEach(async () => {
  board = await startFirmataBoard();
  ears = listening();
});
afterEach(async () => {
  await lines?.[Symbol.asyncDispose]();
  await board[Symbol.asyncDispose]();
});

describe('lines of a Firmata board', () => {
  it('the first thing told is that the source is up, then the level of every input', async () => {
    board.setInput(10, true);
    lines = open(all);
    await ears.until(() => ears.levels.length === 2);
    expect(ears.health).toEqual([undefined]);
    expect(ears.told().toSorted()).toEqual(['call:off', 'mains:on']);
    expect(await lines.read('mains')).toMatchObject({ name: 'mains', active: true });
  });

  it('a press closes the contact to ground and is told as active; so is the release', async () => {
    lines = open([call]);
    await ears.until(() => ears.levels.length === 1);
    board.setInput(2, false);
    await ears.until(() => ears.levels.length === 2);
    expect((await lines.read('call')).active).toBe(true);
    board.setInput(2, true);
    await ears.until(() => ears.levels.length === 3);
    expect(ears.told()).toEqual(['call:off', 'call:on', 'call:off']);
  });

  it('a neighbour on the same port does not repeat a level', async () => {
    lines = open([call, { ...mains, offset: 3 }]);
    await ears.until(() => ears.levels.length === 2);
    board.setInput(3, true);
    await ears.until(() => ears.levels.length === 3);
    expect(ears.told().slice(2)).toEqual(['mains:on']);
  });

  it('outputs start inactive; the siren sounds, and is read back as sounding', async () => {
    lines = open(all);
    await ears.until(isUp);
    expect([(await lines.read('siren')).active, (await lines.read('barrier')).active]).toEqual([false, false]);
    expect([board.output(9), board.output(7)]).toEqual([false, true]);
    await lines.write('siren', true);
    await lines.write('barrier', true);
    expect([(await lines.read('siren')).active, (await lines.read('barrier')).active]).toEqual([true, true]);
    expect([board.output(9), board.output(7)]).toEqual([true, false]);
  });

  it('reads at the same time get each their own answer', async () => {
    lines = open([siren]);
    await ears.until(isUp);
    const before = lines.read('siren');
    const written = lines.write('siren', true);
    const after = lines.read('siren');
    await written;
    expect([(await before).active, (await after).active]).toEqual([false, true]);
  });

  it('a stuck output is seen by reading it back', async () => {
    board.stickOutput(9);
    lines = open([siren]);
    await ears.until(isUp);
    await lines.write('siren', true);
    expect((await lines.read('siren')).active).toBe(false);
  });

  it('an input is never driven, and an unknown name is answered with the known ones', async () => {
    lines = open(all);
    await expect(lines.write('call', true)).rejects.toThrow('line call is configured as an input');
    await expect(lines.read('sirene')).rejects.toThrow('no line sirene; known lines: call, mains, siren, barrier');
    await expect(lines.write('sirene', true)).rejects.toMatchObject({ code: 'LINE' });
  });

  it.each<[string, Partial<LineSpec>, string]>([
    ['a name twice', { offset: 3 }, 'another line has this name'],
    ['an offset twice', { name: 'other' }, 'line call has this offset'],
    ['half a pin', { name: 'other', offset: 2.5 }, 'whole number'],
  ])('%s is a mistake told at once', (_why, change, message) => {
    expect(() => open([call, { ...call, ...change }])).toThrow(message);
  });

  it.each<[string, LineSpec, string]>([
    ['a pin the board does not have', { ...siren, offset: 20 }, 'has pins 0 to 19, not 20'],
    ['a pull-down, which Firmata does not know', { ...call, bias: 'down' }, 'no pull-down'],
  ])('%s is told with what to do', async (_why, spec, message) => {
    lines = open([spec]);
    await ears.until(() => ears.health.length === 1);
    expect(ears.health[0]).toContain(message);
    await expect(lines.read(spec.name)).rejects.toMatchObject({ code: 'LINE' });
  });
});

describe('a Firmata board that goes away', () => {
  it('is told at once; what was asked meanwhile is made good, and inputs are read anew', async () => {
    lines = open(all);
    await ears.until(() => ears.levels.length === 2);
    await lines.write('siren', true);
    await lines.read('siren');
    board.powerCycle();
    await ears.until(() => ears.health.length === 2);
    expect(ears.health[1]).toContain('closed the connection');
    await expect(lines.read('call')).rejects.toMatchObject({ code: 'BUS_DOWN' });
    await expect(lines.write('barrier', true)).rejects.toMatchObject({ code: 'BUS_DOWN' });
    expect(board.output(9)).toBe(false);
    board.setInput(2, false);
    await ears.until(() => ears.health.length === 3 && ears.levels.length === 4);
    expect(ears.told().slice(2).toSorted()).toEqual(['call:on', 'mains:off']);
    expect([(await lines.read('siren')).active, (await lines.read('barrier')).active]).toEqual([true, true]);
    expect([board.output(9), board.output(7)]).toEqual([true, false]);
  });

  it('a siren that stayed on does not stutter when the gateway is back', async () => {
    lines = open([siren]);
    await ears.until(isUp);
    await lines.write('siren', true);
    await lines.read('siren');
    const changes: boolean[] = [];
    board.onOutput((_pin, level) => changes.push(level));
    board.dropConnection();
    await ears.until(() => ears.health.length === 3);
    expect((await lines.read('siren')).active).toBe(true);
    expect(changes).toEqual([]);
  });

  it('an output that stayed on is switched off again when that was asked for meanwhile', async () => {
    lines = open([siren]);
    await ears.until(isUp);
    await lines.write('siren', true);
    await lines.read('siren');
    board.dropConnection();
    await ears.until(() => ears.health.length === 2);
    await expect(lines.write('siren', false)).rejects.toMatchObject({ code: 'BUS_DOWN' });
    expect(board.output(9)).toBe(true);
    await ears.until(() => ears.health.length === 3);
    expect((await lines.read('siren')).active).toBe(false);
    expect(board.output(9)).toBe(false);
  });

  it('a board that restarts behind a serial bridge is set up again, though the connection stayed', async () => {
    lines = open([call, siren]);
    await ears.until(isUp);
    await lines.write('siren', true);
    await lines.read('siren');
    board.restartBehindBridge();
    await ears.until(() => ears.health.length === 3);
    expect(ears.health[1]).toContain('has restarted');
    expect((await lines.read('siren')).active).toBe(true);
  });

  it('a half-open connection is noticed within 3 s, and not while the board answers', async () => {
    const clock = fakeClock();
    lines = open([call], board.port, clock);
    await ears.until(() => ears.levels.length === 1);
    for (let beat = 0; beat < 5; beat++) {
      await clock.advance(1_000);
      await realAnswer();
    }
    expect(ears.health).toEqual([undefined]);
    board.hang(true);
    await clock.advance(2_999);
    expect(ears.health).toEqual([undefined]);
    await clock.advance(1);
    expect(ears.health[1]).toContain('does not answer');
  });

  it('a lost report heals itself with the next beat', async () => {
    const clock = fakeClock();
    lines = open([call], board.port, clock);
    await ears.until(() => ears.levels.length === 1);
    board.hang(true);
    board.setInput(2, false);
    board.hang(false);
    await clock.advance(1_000);
    await ears.until(() => ears.levels.length === 2);
    expect(ears.told()).toEqual(['call:off', 'call:on']);
  });

  it('a read-back that is not answered within 1 s is BUS_DOWN, not a level', async () => {
    const clock = fakeClock();
    lines = open([siren], board.port, clock);
    await ears.until(isUp);
    board.hang(true);
    const read = lines.read('siren');
    const verdict = expect(read).rejects.toMatchObject({ code: 'BUS_DOWN' });
    await clock.advance(1_000);
    await verdict;
    expect(ears.health[1]).toContain('does not answer');
  });

  it('a board that accepts and says nothing is given up after 5 s, one that talks nonsense at once', async () => {
    const clock = fakeClock();
    board.hang(true);
    lines = open([call], board.port, clock);
    await advanceUntil(clock, () => ears.health.length === 1);
    expect(ears.health[0]).toContain('does not answer');
    expect(clock.mono()).toBeGreaterThanOrEqual(5_000);
    await lines[Symbol.asyncDispose]();

    const web = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 400 Bad Request\r\n'.repeat(20));
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    ears = listening();
    lines = open([call], portOf(web.address()), clock);
    await ears.until(() => ears.health.length === 1);
    expect(ears.health[0]).toContain('not Firmata');
    web.close();
  });

  it('nobody listening is a problem that says where', async () => {
    const { port } = board;
    await board[Symbol.asyncDispose]();
    lines = open([call], port);
    await ears.until(() => ears.health.length === 1);
    expect(ears.health[0]).toMatch(new RegExp(`127.0.0.1:${port} cannot be reached.*ECONNREFUSED`));
    await expect(lines.read('call')).rejects.toMatchObject({ code: 'BUS_DOWN' });
  });

  it('20 reconnects and 20 reopenings leave one Board and no more pins than lines', async () => {
    // @ts-expect-error johnny-five ships no types
    const five = await import('johnny-five');
    const clock = fakeClock();
    lines = open(all, board.port, clock);
    for (let round = 1; round <= 20; round++) {
      await advanceUntil(clock, isUp);
      board.dropConnection();
      await ears.until(() => ears.health.length === 2 * round);
    }
    const registered = five.default.Board.cache[0].register.length;
    for (let round = 0; round < 20; round++) {
      await lines[Symbol.asyncDispose]();
      ears = listening();
      lines = open(all);
      await ears.until(isUp);
    }
    expect(five.default.Board.cache).toHaveLength(1);
    expect(five.default.Board.cache[0].register).toHaveLength(registered);
    expect(five.default.Board.cache[0]).toMatchObject({ repl: false, debug: false, sigint: false });
  });

  it('two sources share the Board and keep their lines apart', async () => {
    const other = await startFirmataBoard();
    const otherEars = listening();
    lines = open([siren]);
    const source = { kind: 'firmata', host: '127.0.0.1', port: other.port } as const;
    const ctx = { clock: systemClock('synced'), log: quietLog };
    const more = openLines(source, [siren, call], otherEars.listener, ctx);
    await Promise.all([ears.until(isUp), otherEars.until(() => otherEars.levels.length === 1)]);
    await more.write('siren', true);
    expect((await more.read('siren')).active).toBe(true);
    expect((await lines.read('siren')).active).toBe(false);
    await more[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  it('closed lines say no more and refuse', async () => {
    lines = open([call]);
    await ears.until(() => ears.levels.length === 1);
    await lines[Symbol.asyncDispose]();
    await expect(lines.read('call')).rejects.toThrow('the lines are closed');
    expect(ears.health).toEqual([undefined]);
  });
});

it('a kernel chip this machine does not have is a LINE fault of the source, which keeps trying', async () => {
  ears = listening();
  const source = { kind: 'gpiochip', label: 'no-such-chip' } as const;
  const clock = fakeClock();
  lines = openLines(source, [call], ears.listener, { clock, log: quietLog });
  await ears.until(() => ears.health.length === 1);
  expect(ears.health[0]).toContain('no GPIO chip is labelled no-such-chip');
  await clock.advance(60_000);
  expect(ears.health).toHaveLength(1);
  await expect(lines.read('call')).rejects.toMatchObject({ code: 'LINE' });
});

/** Lets injected time pass in steps that leave room for real answers. */
async function advanceUntil(clock: FakeClock, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await clock.advance(250);
    await realAnswer();
  }
}

/** Long enough for bytes that are on their way to be answered: a round trip to the same process. */
async function realAnswer(): Promise<void> {
  const echo = createServer((socket) => socket.end('x')).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { connect } = await import('node:net');
  const socket = connect(portOf(echo.address()), '127.0.0.1');
  socket.resume();
  await once(socket, 'close');
  await new Promise<void>((done) => echo.close(() => done()));
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new TypeError('no TCP port');
  return address.port;
}
