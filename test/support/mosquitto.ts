import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Mosquitto = AsyncDisposable & {
  readonly port: number;
  readonly pid: number;
  /** As `systemctl reload` does. */
  readonly reload: () => void;
};

/** Debian's mosquitto on 127.0.0.1, with nothing kept on disk; `more` is lines of its configuration. */
export async function startMosquitto(port?: number, more: readonly string[] = []): Promise<Mosquitto> {
  const at = port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-mosquitto-'));
  const config = join(folder, 'mosquitto.conf');
  const lines = [`listener ${at} 127.0.0.1`, 'allow_anonymous true', 'persistence false', ...more];
  await writeFile(config, `${lines.join('\n')}\n`);
  return runMosquitto(config, at);
}

/** Debian's mosquitto with this configuration; ready once it listens on the port. */
export async function runMosquitto(config: string, port: number): Promise<Mosquitto> {
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin`;
  const broker = spawn('mosquitto', ['-c', config], { stdio: 'ignore', env: { ...process.env, PATH: path } });
  const gone = new Promise<void>((resolve) => {
    broker.once('exit', () => resolve());
  });
  await accepts(port);
  return {
    port,
    pid: broker.pid ?? 0,
    reload: () => void broker.kill('SIGHUP'),
    async [Symbol.asyncDispose]() {
      broker.kill('SIGKILL');
      await gone;
    },
  };
}

/**
 * A port of 127.0.0.1 that nobody listens on just now. Below those that the system gives to outgoing connections
 * (net.ipv4.ip_local_port_range, from 32768 on): whoever tries a port of those again and again while nobody listens may in
 * the end be connected to itself, and keep it from its server.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Resolves once somebody accepts connections there; rejects after ten seconds. */
export async function accepts(port: number): Promise<void> {
  const until = Date.now() + 10_000;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: '127.0.0.1' }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    if (Date.now() > until) throw new Error(`nobody listens on port ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
