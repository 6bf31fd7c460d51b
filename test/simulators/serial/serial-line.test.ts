import { describe, expect, it } from 'vitest';
import { delay, exception, truncate } from '../../../simulators/modbus/faults.ts';
import { rtuFrame } from '../../../simulators/modbus/rtu-frame.ts';
import {
  burst,
  foreignBlock,
  foreignUnit,
  inTurn,
  type LineFault,
  late,
  lineFault,
  mute,
  noiseAfter,
  noiseBefore,
  oneOf,
  repeated,
  sometimes,
} from '../../../simulators/serial/line-faults.ts';
import { toHex } from '../modbus/hex.ts';
import { answers, character, device, reads, silence, virtualLine } from './virtual-line.ts';

describe('wire time', () => {
  it('ten registers take (8 + 3.5 + 25) characters to the last byte', async () => {
    const { clock, got, write } = virtualLine({ 1: device(1, { strict: true }) });
    write(reads(1, 0, 10));
    await clock.advance(1_000);
    expect(got).toEqual([{ at: expect.closeTo((8 + 3.5 + 25) * character, 6), hex: answers(1, 0, 10) }]);
  });

  it.each([
    ['2,400 8N1', { baud: 2_400 }, (8 + 3.5 + 7) * (10_000 / 2_400)],
    ['9,600 8E1', { parity: 'even' as const }, (8 + 3.5 + 7) * (11_000 / 9_600)],
    ['9,600 8N2', { stopBits: 2 as const }, (8 + 3.5 + 7) * (11_000 / 9_600)],
    ['115,200 8N1, where the silence is 1.75 ms', { baud: 115_200 }, 1.75 + (15 * 10_000) / 115_200],
  ])('%s', async (_name, framing, end) => {
    const { clock, got, write } = virtualLine({ 1: device(1) }, framing);
    write(reads(1));
    await clock.advance(1_000);
    expect(got[0]?.at).toBeCloseTo(end, 6);
  });

  it('byte by byte, each comes when it is over', async () => {
    const { clock, got, write } = virtualLine({ 1: device(1, { turnaroundMs: 20 }) }, { chunk: 'byte' });
    write(reads(1));
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex).join(' ')).toBe(answers(1));
    expect(got[0]?.at).toBeCloseTo(8 * character + 20 + character, 6);
    expect(got[6]?.at).toBeCloseTo(8 * character + 20 + 7 * character, 6);
  });

  it('an adapter that hears itself hands over the request as well', async () => {
    const { clock, got, write } = virtualLine({ 1: device(1) }, { echo: true });
    write(reads(1));
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex)).toEqual([toHex(reads(1)), answers(1)]);
    expect(got[0]?.at).toBeCloseTo(8 * character, 6);
  });

  it('what was flushed is gone, what comes after is not', async () => {
    const { clock, got, write, flush } = virtualLine({ 1: device(1) });
    write(reads(1));
    await clock.advance(8 * character + silence + 3.5 * character);
    await flush();
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex)).toEqual([answers(1).slice(9)]);
  });
});

describe('who answers', () => {
  it('nobody for an address where nobody is, and all obey a broadcast without a word', async () => {
    const written: number[] = [];
    const unit = {
      read: () => 0,
      write: (_t: string, _a: number, value: number) => (written.push(value), 'done' as const),
    };
    const { clock, got, line, write } = virtualLine({ 1: { unit }, 2: { unit, twin: { unit } } });
    write(reads(9));
    await clock.advance(1_000);
    write(rtuFrame(0, Uint8Array.of(6, 0, 0, 0, 7)));
    await clock.advance(1_000);
    expect(got).toEqual([]);
    expect(written).toEqual([7, 7, 7]);
    expect(line.stats().units[9]).toMatchObject({ requests: 1, answers: 0 });
  });

  it('an unknown function is refused once the silence has ended the frame', async () => {
    const { clock, got, write } = virtualLine({ 1: device(1, { turnaroundMs: 0 }), 2: device(2, { strict: true }) });
    for (const unit of [1, 2]) {
      write(rtuFrame(unit, Uint8Array.of(0x2b, 0x0e, 1, 0)));
      await clock.advance(1_000);
    }
    expect(got.map(({ hex }) => hex)).toEqual([1, 2].map((unit) => toHex(rtuFrame(unit, Uint8Array.of(0xab, 1)))));
  });

  it('a device without supply is silent', async () => {
    const { clock, got, write } = virtualLine({ 1: { unit: { read: () => 1, powered: () => false } } });
    write(reads(1));
    await clock.advance(1_000);
    expect(got).toEqual([]);
  });
});

describe('a strict device', () => {
  const afterAnswer = (8 + 3.5 + 7) * character;

  it('answers a request that comes exactly when the silence is over, and drops one that comes sooner', async () => {
    for (const [gap, answered] of [
      [silence, 2],
      [silence - 0.01, 1],
      [0, 1],
    ] as const) {
      const { clock, got, line, write } = virtualLine({ 1: device(1, { strict: true }) });
      write(reads(1));
      await clock.advance(afterAnswer + gap);
      write(reads(1));
      await clock.advance(1_000);
      expect(got.length, `after ${gap} ms`).toBe(answered);
      expect(line.stats()).toMatchObject({ requests: 2, gapViolations: 2 - answered, dropped: 2 - answered });
      expect(line.stats().shortestGapMs).toBeCloseTo(gap, 6);
    }
  });

  it('a tolerant one answers, and the violation is counted all the same', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1) });
    write(reads(1));
    await clock.advance(afterAnswer + 1);
    write(reads(1));
    await clock.advance(1_000);
    expect(got.length).toBe(2);
    expect(line.stats()).toMatchObject({ gapViolations: 1, dropped: 0 });
  });

  it.each([
    ['1 character', character, true],
    ['2 characters', 2 * character, false],
  ])('a pause of %s inside a request', async (_name, pause, answered) => {
    const { clock, got, line, write } = virtualLine({ 1: device(1, { strict: true }) });
    const request = reads(1);
    write(request.subarray(0, 4));
    await clock.advance(4 * character + pause);
    write(request.subarray(4));
    await clock.advance(1_000);
    expect(got.length).toBe(answered ? 1 : 0);
    expect(line.stats()).toMatchObject({ gapViolations: answered ? 0 : 1, dropped: answered ? 0 : 1 });
  });

  it('two requests in one breath are one broken frame', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1, { strict: true }) });
    write(reads(1));
    write(reads(1));
    await clock.advance(1_000);
    expect(got).toEqual([]);
    expect(line.stats().dropped).toBe(2);
  });

  it('noise breaks its silence, and is not held against the master', async () => {
    const noise = () => [{ afterMs: 100, bytes: Uint8Array.of(0x55) }];
    const { clock, got, line, write } = virtualLine({ 1: device(1, { strict: true }) }, { noise });
    write(reads(1));
    await clock.advance(8 * character + 100 + character + 1);
    write(reads(1));
    await clock.advance(50);
    expect(got.map(({ hex }) => hex)).toEqual([answers(1), '55']);
    expect(line.stats()).toMatchObject({ gapViolations: 0, dropped: 1 });
  });
});

it('a deaf device takes what follows an unanswered request for the answer', async () => {
  const { clock, got, line, write } = virtualLine({ 1: device(1, { deafMs: 500 }), 2: device(2) });
  const ask = async (unit: number, wait: number): Promise<number> => {
    const before = got.length;
    write(reads(unit));
    await clock.advance(wait);
    return got.length - before;
  };
  expect(await ask(9, 200)).toBe(0);
  expect(await ask(1, 100), 'within half a second').toBe(0);
  expect(await ask(1, 300), 'still within it').toBe(0);
  expect(await ask(1, 300)).toBe(1);
  expect(await ask(9, 100)).toBe(0);
  expect(await ask(2, 100), 'another device is not deaf').toBe(1);
  expect(await ask(1, 100), 'it has heard an answer').toBe(1);
  expect(line.stats().units[1]).toMatchObject({ requests: 4, dropped: 2 });
});

describe('faults of a device', () => {
  const play = async (fault: LineFault, times = 1): Promise<string[]> => {
    const { clock, got, write } = virtualLine({ 1: device(1, { fault }), 2: device(2) });
    for (let i = 0; i < times; i++) {
      write(reads(1));
      await clock.advance(1_000);
    }
    return got.map(({ hex }) => hex);
  };

  it.each([
    ['mute', mute, []],
    ['half a frame', lineFault(truncate(3)), [answers(1).slice(0, 8)]],
    ['an exception', lineFault(exception(4)), [toHex(rtuFrame(1, Uint8Array.of(0x83, 4)))]],
    ['the answer of another device', foreignUnit(2), [answers(2)]],
    ['the answer of a device that is not there', foreignUnit(7), []],
    ['another block of equal length', foreignBlock(3), [answers(1, 3)]],
    ['noise before', noiseBefore(0xff, 0), [`FF 00 ${answers(1)}`]],
    ['noise after', noiseAfter(100, 0xab), [answers(1), 'AB']],
    ['the answer twice', repeated(300), [answers(1), answers(1)]],
  ])('%s', async (_name, fault, frames) => expect(await play(fault)).toEqual(frames));

  it('a burst inverts sixteen bits in a row', async () => {
    const frame = rtuFrame(1, Uint8Array.of(3, 2, 0, 10));
    const spoiled = frame.map((byte, i) => byte ^ ([0, 0, 0xf0, 0xff, 0x0f][i] ?? 0));
    expect(await play(burst(20))).toEqual([toHex(spoiled)]);
  });

  it('a script is played once, and then all is good', async () => {
    expect(await play(inTurn(mute, foreignUnit(2)), 4)).toEqual([answers(2), answers(1), answers(1)]);
  });

  it('drawn faults are the same for the same seed', async () => {
    const drawn = oneOf(sometimes(0.5, mute), foreignUnit(2), noiseBefore(0));
    const first = await play(drawn, 30);
    expect(await play(drawn, 30)).toEqual(first);
    expect(new Set(first)).toEqual(new Set([answers(1), answers(2), `00 ${answers(1)}`]));
  });

  it('a late answer comes while another request is out', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1, { fault: late(100) }), 2: device(2) });
    write(reads(1));
    await clock.advance(90);
    write(reads(2));
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex)).toEqual([answers(2), answers(1)]);
    expect(line.stats().collisions).toBe(0);
  });

  it('misbehave and behave hold for the address, mute for a time', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1, { fault: mute }) });
    const answered = async (): Promise<boolean> => {
      const before = got.length;
      write(reads(1));
      await clock.advance(200);
      return got.length > before;
    };
    expect(await answered()).toBe(false);
    line.behave(1);
    expect(await answered()).toBe(true);
    line.misbehave(1, lineFault(delay(500)));
    expect(await answered()).toBe(false);
    line.behave(1);
    await clock.advance(1_000);
    line.mute(1, 300);
    expect(await answered()).toBe(false);
    expect(await answered()).toBe(false);
    expect(await answered()).toBe(true);
  });

  it('a brown-out silences for a time, and leaves power-up values', async () => {
    let value = 7;
    const reset = (): void => {
      value = 0;
    };
    const { clock, got, line, write } = virtualLine({ 1: { unit: { read: () => value }, reset } });
    line.brownOut(1, 2_000);
    for (let i = 0; i < 3; i++) {
      write(reads(1));
      await clock.advance(1_000);
    }
    expect(got.map(({ hex }) => hex)).toEqual([toHex(rtuFrame(1, Uint8Array.of(3, 2, 0, 0)))]);
  });
});

describe('two at once', () => {
  it('two devices of one address garble each other', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1, { twin: device(5) }) });
    write(reads(1));
    await clock.advance(1_000);
    // Both begin at once: of 10 and 50 and of their check sums only the common ones are left.
    expect(got).toHaveLength(2);
    expect(got[0]?.hex).not.toBe(answers(1));
    expect(got[0]?.hex.slice(0, 14)).toBe('01 03 02 00 02');
    expect(line.stats().collisions).toBe(1);
  });

  it('two devices of one address with different turnarounds answer one after the other', async () => {
    const twin = { ...device(5), turnaroundMs: 50 };
    const { clock, got, write } = virtualLine({ 1: device(1, { twin }) });
    write(reads(1));
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex)).toEqual([answers(1), toHex(rtuFrame(1, Uint8Array.of(3, 2, 0, 50)))]);
  });

  it('a master that talks into an answer hears none of what it talks over, and is not understood', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1), 2: device(2) });
    write(reads(1));
    await clock.advance(8 * character + silence + 3 * character);
    write(reads(2));
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex)).toEqual([answers(1).slice(0, 8)]);
    expect(line.stats()).toMatchObject({ collisions: 1, gapViolations: 0, requests: 1, unreadable: 1 });
  });
});

describe('a master with another speed or parity', () => {
  it.each([
    ['4,800 baud', { baud: 4_800 }],
    ['19,200 baud', { baud: 19_200 }],
    ['even parity', { parity: 'even' as const }],
  ])('%s: is not understood', async (_name, framing) => {
    const { clock, got, line, write } = virtualLine({ 1: device(1) });
    line.setMaster(framing);
    write(reads(1));
    await clock.advance(1_000);
    expect(got).toEqual([]);
    expect(line.stats()).toMatchObject({ requests: 0, unreadable: 1 });
    line.setMaster({ baud: 9_600, parity: 'none' });
    write(reads(1));
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex)).toEqual([answers(1)]);
  });

  it('hears garbled bytes where the line speaks', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1) });
    write(reads(1));
    await clock.advance(8 * character + 1);
    line.setMaster({ baud: 19_200 });
    await clock.advance(1_000);
    expect(got[0]?.hex.split(' ')).toHaveLength(7);
    expect(got[0]?.hex).not.toBe(answers(1));
  });

  it('a speed that is 2 % off is no other speed', async () => {
    const { clock, got, line, write } = virtualLine({ 1: device(1) });
    line.setMaster({ baud: 9_792 });
    write(reads(1));
    await clock.advance(1_000);
    expect(got.map(({ hex }) => hex)).toEqual([answers(1)]);
  });
});

describe('the adapter', () => {
  it('is lost when it is pulled out, and had again when it is back', async () => {
    const { clock, got, line, lost, write } = virtualLine({ 1: device(1) });
    write(reads(1));
    line.unplug();
    await clock.advance(1_000);
    expect(lost.map((why) => why.message)).toEqual(['the adapter was pulled out']);
    expect(got).toEqual([]);
    const listener = { received: () => undefined, lost: () => undefined };
    expect(() => line.connect(listener)).toThrow('plug it in');
    line.plug();
    line.connect(listener);
    expect(() => line.connect(listener)).toThrow('close that one first');
  });

  it('writes and hears nothing after it was closed', async () => {
    const { clock, got, line, write, close } = virtualLine({ 1: device(1) });
    write(reads(1));
    await close();
    write(reads(1));
    await clock.advance(1_000);
    expect(got).toEqual([]);
    expect(line.stats().requests).toBe(1);
  });
});

it('figures: the longest pause of an address includes the one that lasts, and all begin again on demand', async () => {
  const { clock, line, write } = virtualLine({ 1: device(1) });
  write(reads(1));
  await clock.advance(1_000);
  write(reads(1));
  await clock.advance(3_000);
  const { units, busyMs, shortestGapMs } = line.stats();
  expect(units[1]).toMatchObject({ requests: 2, answers: 2, longestPauseMs: expect.closeTo(3_000 - 8 * character, 6) });
  expect(busyMs).toBeCloseTo(2 * 15 * character, 6);
  expect(shortestGapMs).toBeCloseTo(1_000 - (8 + 3.5 + 7) * character, 6);
  line.resetStats();
  expect(line.stats()).toEqual({ ...zero, units: {} });
});

const zero = {
  requests: 0,
  answers: 0,
  dropped: 0,
  gapViolations: 0,
  shortestGapMs: 0,
  unreadable: 0,
  collisions: 0,
  busyMs: 0,
};
