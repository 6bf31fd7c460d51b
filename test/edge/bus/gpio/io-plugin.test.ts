import { describe, expect, it } from 'vitest';
import { pinBank } from '../../../../edge/bus/gpio/io-plugin.ts';
import { monoTime } from '../../../../sdk/model/time.ts';

/** johnny-five as it comes, without types, to show what its components would do. */
// @ts-expect-error johnny-five ships no types
const { default: five } = await import('johnny-five');

describe('IO plugin for johnny-five', () => {
  const bank = pinBank();
  const writes: boolean[] = [];
  bank.connect(1, { direction: 'in', name: 'call' });
  bank.connect(14, { direction: 'out', name: 'siren', drive: async (active) => void writes.push(active) });
  const board = new five.Board({ io: bank.io, repl: false, debug: false, sigint: false });
  const ready = new Promise((go) => board.once('ready', go));

  it('a Switch, which writes HIGH to its own input, is refused', async () => {
    await ready;
    expect(() => new five.Switch({ board, pin: 1 })).toThrow('line call is configured as an input and is never driven');
  });

  it('a Relay on pin 14 drives pin 14, not an analog alias', async () => {
    await ready;
    new five.Relay({ board, pin: 14 }).close();
    await bank.outcome(14);
    expect(writes).toEqual([true]);
  });

  it('a pin is not used against its direction, nor one that leads nowhere', () => {
    expect(() => bank.io.pinMode(1, 1)).toThrow('configured as input');
    expect(() => bank.io.pinMode(14, 0)).toThrow('configured as output');
    expect(() => bank.io.digitalWrite(2, 1)).toThrow('virtual pin 2 is not connected');
  });

  it('a level reaches johnny-five at once, with its time', () => {
    const seen: [number, number][] = [];
    board.digitalRead(1, (value: number, at: number) => seen.push([value, at]));
    bank.report(1, true, monoTime(42));
    bank.report(1, false, monoTime(43));
    expect(seen).toEqual([
      [1, 42],
      [0, 43],
    ]);
  });

  it('a failed write is told to whoever wrote', async () => {
    bank.connect(3, { direction: 'out', name: 'strobe', drive: () => Promise.reject(new Error('gone')) });
    bank.io.digitalWrite(3, 1);
    await expect(bank.outcome(3)).rejects.toThrow('gone');
  });
});
