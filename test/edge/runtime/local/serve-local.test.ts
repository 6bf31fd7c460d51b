import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../../edge/platform/clock.ts';
import { askLocal } from '../../../../edge/runtime/local/ask-local.ts';
import { serveLocal } from '../../../../edge/runtime/local/serve-local.ts';
import { FengsuiError } from '../../../../sdk/model/errors.ts';
import type { Data } from '../../../../sdk/wire/request.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { until } from '../../../support/until.ts';

function historyOf(device: string): Data {
  if (device === 'busy') throw new FengsuiError('JOURNAL', 'no disk');
  return { of: device };
}

async function served(folder: string, status: () => Data = () => ({ uptimeMs: 5 }), clock = systemClock()) {
  const log = recordingLog();
  const desk = await serveLocal(
    folder,
    {
      status,
      alarms: () => ({ alarms: [] }),
      history: async (p) => historyOf(p.text('device')),
      records: () => ({ records: [] }),
      config: () => ({ devices: [] }),
      device: () => ({ configVersion: 1 }),
    },
    { clock, log },
  );
  onTestFinished(() => desk[Symbol.asyncDispose]());
  return { log, desk, path: join(folder, 'fengsui.sock') };
}

const ask = (folder: string): Promise<unknown> =>
  askLocal(folder, 'status', { clock: systemClock(), signal: new AbortController().signal });

/** Sends bytes as they are; resolves with all that came back once the other side has ended. */
async function raw(path: string, ...parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = visitor(path);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return answer;
}

function visitor(path: string): Socket {
  const socket = connect(path);
  socket.on('error', () => undefined); // being hung up on is what some of these tests are about
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Leaves the socket of a process that was killed. */
async function staleSocket(path: string): Promise<void> {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
}

describe('asking the gateway on this host', () => {
  it('gets what the uplink would be told', async () => {
    const folder = await temporaryFolder();
    await served(folder);
    expect(await ask(folder)).toEqual({ uptimeMs: 5 });
    expect(await ask(folder)).toEqual({ uptimeMs: 5 });
  });

  it('is asked with parameters, which are checked, and an error keeps its kind', async () => {
    const folder = await temporaryFolder();
    await served(folder);
    const history = (params: Record<string, Data>): Promise<unknown> =>
      askLocal(folder, 'history', { clock: systemClock(), signal: new AbortController().signal, params });
    expect(await history({ device: 'gate' })).toEqual({ of: 'gate' });
    await expect(history({ device: 5 })).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('params[device]'),
    });
    await expect(history({ device: 'busy' })).rejects.toMatchObject({
      code: 'JOURNAL',
      message: expect.stringContaining('refused: no disk'),
    });
    await expect(history({ device: 'x'.repeat(9_000) })).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('gets an answer of a megabyte whole', async () => {
    const folder = await temporaryFolder();
    const large = { text: '火'.repeat(350_000) };
    await served(folder, () => large);
    expect(await ask(folder)).toEqual(large);
  });

  it('where none runs says so, and what to do', async () => {
    await expect(ask(await temporaryFolder())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/no gateway is running here.*fengsui run --config FILE/),
    });
  });

  it('where one was killed says the same', async () => {
    const folder = await temporaryFolder();
    await staleSocket(join(folder, 'fengsui.sock'));
    await expect(ask(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('that hangs up, answers no JSON or refuses is an error of its kind', async () => {
    const folder = await temporaryFolder();
    const answers = ['', 'not JSON\n', '{"error":"too busy"}\n', '[1]\n'];
    const server = createServer((socket) => socket.resume().end(answers.shift() ?? ''));
    await once(server.listen(join(folder, 'fengsui.sock')), 'listening');
    onTestFinished(() => void server.close());
    await expect(ask(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(ask(folder)).rejects.toThrow('is no JSON');
    await expect(ask(folder)).rejects.toThrow('refused: too busy');
    await expect(ask(folder)).rejects.toMatchObject({ code: 'PROTOCOL' });
  });

  it('that never answers is given up after 5 s', async () => {
    const folder = await temporaryFolder();
    const clock = fakeClock();
    const server = createServer(() => undefined);
    await once(server.listen(join(folder, 'fengsui.sock')), 'listening');
    onTestFinished(() => void server.close());
    const asked = askLocal(folder, 'status', { clock, signal: new AbortController().signal });
    const refused = expect(asked).rejects.toMatchObject({ code: 'TIMEOUT' });
    await once(server, 'connection');
    await clock.advance(5_000);
    await refused;
  });
});

describe('what the socket stands', () => {
  const refusals: readonly (readonly [what: string, parts: readonly (string | Uint8Array)[], why: RegExp])[] = [
    ['garbage', ['\0\u0001\u0002 GET / HTTP/1.1\n'], /JSON/],
    ['bytes that are no text', [Uint8Array.of(0xff, 0xfe, 0x80, 0x0a)], /JSON/],
    ['an empty line', ['\n'], /JSON/],
    ['JSON that is no request', ['[[[[]]]]\n'], /expected a map|expected a text/],
    ['a query that is no text', ['{"query":7}\n'], /expected a text/],
    ['a query that is not there', ['{"query":"reset"}\n'], /there is no query/],
    ['a name every object has', ['{"query":"constructor"}\n'], /there is no query/],
    ['a line of exactly too many bytes', ['x'.repeat(8_193)], /at most 8192 bytes/],
    ['a very long line', ['x'.repeat(400_000), '\n'], /at most 8192 bytes/],
    ['a very long line in pieces', Array.from({ length: 200 }, () => 'y'.repeat(500)), /at most 8192 bytes/],
  ];
  it.each(refusals)('%s is refused in words, and the next visitor is served', async (_what, parts, why) => {
    const folder = await temporaryFolder();
    const { path } = await served(folder);
    const { error } = JSON.parse(await raw(path, ...parts)) as { error: string };
    expect(error).toMatch(why);
    expect(await ask(folder)).toEqual({ uptimeMs: 5 });
  });

  it('a request in pieces, and bytes after it', async () => {
    const { path } = await served(await temporaryFolder());
    expect(await raw(path, '{"query"', ':"status"}', '\n', 'more and more\n')).toBe('{"status":{"uptimeMs":5}}\n');
  });

  it('a visitor who closes his side after asking still gets the answer', async () => {
    const { path } = await served(await temporaryFolder());
    const socket = visitor(path);
    socket.end('{"query":"status"}\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toContain('uptimeMs');
  });

  it('a figure that cannot be had is told, and the gateway lives', async () => {
    const folder = await temporaryFolder();
    await served(folder, () => {
      throw new Error('the journal is closed');
    });
    await expect(ask(folder)).rejects.toThrow('the journal is closed');
  });

  it('half a line is waited for 5 s and not longer', async () => {
    const clock = fakeClock();
    let received = false;
    const after: typeof clock.after = (ms, wake) => {
      received = true;
      return clock.after(ms, wake);
    };
    const { path } = await served(await temporaryFolder(), undefined, { ...clock, after });
    const socket = visitor(path);
    socket.write('{"query":');
    let closed = false;
    socket.once('close', () => {
      closed = true;
    });
    await until('the visitor is let in', () => received);
    await clock.advance(4_999);
    expect(closed).toBe(false);
    await clock.advance(1);
    await until('the visitor is sent away', () => closed);
  });

  it('more visitors than eight are turned away until one has left', async () => {
    const folder = await temporaryFolder();
    const { path } = await served(folder);
    const sitting = Array.from({ length: 8 }, () => visitor(path));
    await Promise.all(sitting.map((socket) => once(socket, 'connect')));
    await expect(ask(folder)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    for (const socket of sitting) socket.destroy();
    let answered: unknown;
    await until('there is room again', () => {
      ask(folder).then(
        (answer) => {
          answered = answer;
        },
        () => undefined,
      );
      return answered !== undefined;
    });
    expect(answered).toEqual({ uptimeMs: 5 });
  });
});

describe('the socket itself', () => {
  it('is for owner and group', async () => {
    const { path } = await served(await temporaryFolder());
    expect((await stat(path)).mode & 0o777).toBe(0o660);
  });

  it('that a killed gateway left is taken over', async () => {
    const folder = await temporaryFolder();
    await staleSocket(join(folder, 'fengsui.sock'));
    const { log } = await served(folder);
    expect(await ask(folder)).toEqual({ uptimeMs: 5 });
    expect(log.lines).toEqual([]);
  });

  it('is gone when the gateway has stopped, and visitors with it', async () => {
    const folder = await temporaryFolder();
    const { desk, path } = await served(folder);
    const socket = visitor(path);
    await once(socket, 'connect');
    const gone = once(socket, 'close');
    await desk[Symbol.asyncDispose]();
    await gone;
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });

  it('never takes the place of a file: that is logged, and the gateway goes on without', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'fengsui.sock'), 'somebody’s notes');
    const { log, desk } = await served(folder);
    expect(log.lines).toMatchObject([{ event: 'local.unavailable', fields: { why: /is no socket/ } }]);
    await desk[Symbol.asyncDispose]();
    expect(await readFile(join(folder, 'fengsui.sock'), 'utf8')).toBe('somebody’s notes');
  });

  it('whose path is too long is logged with what to do, and asking says the same', async () => {
    const base = await temporaryFolder();
    const fits = join(base, 'x'.repeat(107 - '/fengsui.sock'.length - base.length - 1));
    const long = `${fits}x`;
    for (const folder of [fits, long]) await mkdir(folder);
    expect((await served(fits)).log.lines).toEqual([]);
    expect(await ask(fits)).toEqual({ uptimeMs: 5 });
    const { log } = await served(long);
    const why = expect.stringContaining('has 108 bytes');
    expect(log.lines).toEqual([{ event: 'local.unavailable', fields: { why } }]);
    await expect(ask(long)).rejects.toMatchObject({ code: 'CONFIG', message: why });
  });
});
