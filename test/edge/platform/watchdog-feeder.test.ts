import { execFileSync, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileFeeder, systemdFeeder } from '../../../edge/platform/watchdog-feeder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { until } from '../../support/until.ts';

const hasNotify = ((): boolean => {
  try {
    execFileSync('systemd-notify', ['--version']);
    return true;
  } catch {
    return false;
  }
})();

describe('a hardware watchdog', () => {
  it('is fed by writing, and put to sleep before the end', async () => {
    const path = join(await temporaryFolder(), 'watchdog');
    await writeFile(path, '');
    {
      await using feeder = await fileFeeder(path);
      await feeder.feed();
      await feeder.feed();
    }
    expect(await readFile(path, 'utf8')).toBe('..V');
  });

  it('that cannot be opened is named', async () => {
    await expect(fileFeeder(join(await temporaryFolder(), 'no', 'watchdog'))).rejects.toThrow(
      /watchdog: .*no\/watchdog/,
    );
  });
});

describe('the service manager', () => {
  it('is fed only if it watches, and watches us', () => {
    const env = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '60000000' };
    expect(systemdFeeder({})).toBeUndefined();
    expect(systemdFeeder({ NOTIFY_SOCKET: '/run/notify' })).toBeUndefined();
    expect(systemdFeeder({ ...env, WATCHDOG_PID: '1' })).toBeUndefined();
    expect(systemdFeeder({ ...env, WATCHDOG_PID: String(process.pid) })?.every).toBe(15_000);
    expect(systemdFeeder(env)?.name).toBe('systemd');
  });

  it.runIf(hasNotify)(
    'hears WATCHDOG=1 on its socket (needs systemd-notify, python3)',
    { timeout: 30_000 },
    async () => {
      const socket = join(await temporaryFolder(), 'notify');
      const listener = spawn('python3', [
        '-uc',
        'import socket,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(sys.argv[1]); print("ready")\nwhile True: print(s.recv(99).decode().strip())',
        socket,
      ]);
      let heard = '';
      listener.stdout.setEncoding('utf8').on('data', (text: string) => {
        heard += text;
      });
      const over = new Promise((resolve) => listener.once('close', resolve));
      await new Promise((resolve) => listener.stdout.once('data', resolve));
      await systemdFeeder({
        ...process.env,
        NOTIFY_SOCKET: socket,
        WATCHDOG_USEC: '10000000',
        WATCHDOG_PID: undefined,
      })?.feed();
      await until('it is heard', () => heard.includes('WATCHDOG=1'), 10_000);
      listener.kill(); // not before: whoever notifies waits until all of it was read
      await over;
    },
  );
});
