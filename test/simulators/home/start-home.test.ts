import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Home, homePins, startHome } from '../../../simulators/home/start-home.ts';
import { hex } from '../modbus/hex.ts';

let home: Home;
let host: Socket;
beforeEach(async () => {
  home = await startHome();
  host = connect({ port: home.port, host: '127.0.0.1', noDelay: true });
  await once(host, 'connect');
});
afterEach(async () => {
  host.destroy();
  await home[Symbol.asyncDispose]();
});

/** Resolves with the lowest seven pins of port 0 at the next report (Firmata digital message 0x90). */
async function nextReport(): Promise<{ button: boolean; mains: boolean }> {
  let got = Buffer.alloc(0);
  for (;;) {
    const [chunk]: Buffer[] = await once(host, 'data');
    got = Buffer.concat([got, chunk ?? Buffer.alloc(0)]);
    const at = got.indexOf(0x90);
    const low = got[at + 1];
    if (at < 0 || low === undefined || got.length < at + 3) continue;
    return { button: (low >> homePins.callButton) % 2 === 1, mains: (low >> homePins.mainsContact) % 2 === 1 };
  }
}

/** Makes both contacts inputs with pull-up and asks for reports of port 0. */
async function listen(): Promise<{ button: boolean; mains: boolean }> {
  const first = nextReport();
  host.write(hex('F4 02 0B F4 03 0B D0 01'));
  return first;
}

describe('the home’s board', () => {
  it('at rest has the button open, which is high, and the mains contact closed, which is low', async () => {
    expect(await listen()).toEqual({ button: true, mains: false });
  });

  it('pressing the button pulls its pin low, releasing lets it go', async () => {
    await listen();
    let next = nextReport();
    home.press();
    expect((await next).button).toBe(false);
    next = nextReport();
    home.release();
    expect((await next).button).toBe(true);
  });

  it('mains lost opens the contact and kills the meter', async () => {
    await listen();
    const next = nextReport();
    home.mains(false);
    expect((await next).mains).toBe(true);
    expect(home.meter.powered?.()).toBe(false);
    home.mains(true);
    expect(home.meter.powered?.()).toBe(true);
  });

  it('the siren is told of when it is switched on, and a stuck one does not follow', async () => {
    const heard = new Promise<boolean>((done) => home.onSiren(done));
    host.write(hex('F4 08 01 F5 08 01'));
    expect(await heard).toBe(true);
    expect(home.isSirenOn()).toBe(true);
    home.stickSiren();
    const answered = once(host, 'data');
    host.write(hex('F5 08 00 F0 6D 08 F7'));
    await answered;
    expect(home.isSirenOn()).toBe(true);
  });

  it('a brown-out leaves the contact closed and shows on the meter', () => {
    home.setVoltage(170);
    expect(home.meter.read('input', 0)).toBe(0x432a); // 170.0 is 43 2A 00 00
    expect(home.meter.powered?.()).toBe(true);
    expect(() => home.setVoltage(1_000)).toThrow('1000 V is no mains voltage');
  });

  it('a taken port is left to its owner', async () => {
    const second = await startHome({ port: home.port });
    expect(second.port).not.toBe(home.port);
    expect(second.refusedPort).toBe(home.port);
    await second[Symbol.asyncDispose]();
  });
});
