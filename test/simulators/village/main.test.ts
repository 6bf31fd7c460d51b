import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled } from '../bundled.ts';
import { type Child, forked, spawned } from '../child.ts';
import { ask } from '../modbus/ask.ts';
import { hex } from '../modbus/hex.ts';

const sockets: Socket[] = [];
async function dial(port: unknown): Promise<Socket> {
  const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true });
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}
const ready = async (village: Child): Promise<Readonly<Record<string, unknown>>> =>
  (await village.heard(({ event }) => event === 'ready'))['ports'] as Record<string, unknown>;

let script: string;
beforeAll(async () => {
  script = await bundled('village', 'simulators/village/main.ts');
  return () => rm(dirname(script), { recursive: true });
});
afterAll(() => sockets.forEach((socket) => socket.destroy()));

describe('the village as a process', () => {
  it('starts, does what it is told, tells of its outputs, and ends with its parent', async () => {
    const village = forked(script);
    const ports = await ready(village);

    const [hydrants, wireless, board] = await Promise.all(
      [ports['hydrants'], ports['wireless'], ports['home']].map(dial),
    );
    if (!hydrants || !wireless || !board) throw new Error('three sockets were asked for');
    const readHydrant8 = async (): Promise<number> =>
      Number.parseInt((await ask(hydrants, '00 01 00 00 00 06 08 03 00 04 00 01', 11)).slice(-5).replace(' ', ''), 16);
    expect(await readHydrant8()).toBeGreaterThan(2_500);

    const before = Date.now();
    village.send({ ask: 1, do: 'burst', pipe: 'branch-hydrant-8' });
    const done = await village.heard(({ answer }) => answer === 1);
    expect(done).toMatchObject({ ok: true });
    expect(done['at']).toBeGreaterThanOrEqual(before);
    expect(done['at']).toBeLessThanOrEqual(Date.now());
    expect(await readHydrant8()).toBeLessThan(1_400);

    village.send({ ask: 2, do: 'trip-smoke', slot: 0 });
    await village.heard(({ answer }) => answer === 2);
    expect(await ask(wireless, '01 03 00 00 00 01 84 0A', 7)).toMatch(/^01 03 02 00 01 /);

    board.write(hex('F4 08 01 F5 08 01'));
    expect(await village.heard(({ event }) => event === 'output')).toMatchObject({ name: 'siren', on: true });
    wireless.write(hex('03 05 00 01 FF 00 DC 18'));
    expect(await village.heard(({ name }) => name === 'relay-2')).toMatchObject({ event: 'output', on: true });

    village.send({ ask: 3, do: 'explode' });
    expect(await village.heard(({ answer }) => answer === 3)).toMatchObject({ ok: false });

    village.process.disconnect();
    expect(await village.exited).toEqual({ code: 0, errors: '' });
  });

  it('talks in lines too, refuses one that is no JSON, and ends with its input', async () => {
    const village = spawned(script);
    await ready(village);
    village.send('open the hydrant');
    expect(await village.heard(({ ok }) => ok === false)).toMatchObject({ answer: null });
    village.send({ ask: 5, do: 'tell' });
    expect(await village.heard(({ answer }) => answer === 5)).toMatchObject({ ok: true, siren: false });
    village.process.stdin?.end();
    expect(await village.exited).toEqual({ code: 0, errors: '' });
  });

  it('leaves a taken port to its owner and tells which one it took instead', async () => {
    const owner = createServer().listen(0, '127.0.0.1');
    await once(owner, 'listening');
    const address = owner.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const village = forked(script, ['--hydrants', String(taken), '--home', String(taken), '--noise-seed', '7']);
    const said = await village.heard(({ event }) => event === 'ready');
    expect(said).toMatchObject({ moved: { hydrants: taken, home: taken } });
    expect(said).not.toHaveProperty('moved.wireless');
    village.process.kill('SIGTERM');
    expect(await village.exited).toEqual({ code: 0, errors: '' });
    await new Promise((done) => owner.close(done));
  });

  it('an option that makes no sense ends it with a word on stderr', async () => {
    const village = forked(script, ['--wireless', 'COM3']);
    const { code, errors } = await village.exited;
    expect(code).toBe(1);
    expect(errors).toContain('village: port NaN is not valid');
  });
});
