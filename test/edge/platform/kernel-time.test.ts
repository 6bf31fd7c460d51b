import { describe, expect, it } from 'vitest';
import { kernelTime, readTimex } from '../../../edge/platform/kernel-time.ts';

describe('the kernel’s word on its clock', () => {
  it.each([
    ['64-bit', 8 as const],
    ['32-bit', 4 as const],
  ])('is read from the struct of a %s kernel', (_, word) => {
    const state = Buffer.alloc(256);
    if (word === 8) state.writeBigInt64LE(12_500n, 24);
    else state.writeInt32LE(12_500, 12);
    state.writeInt32LE(0x2001, word * 5);
    expect(readTimex(state, word)).toEqual({ isSynced: true, errorMs: 12.5 });
    state.writeInt32LE(0x2041, word * 5);
    expect(readTimex(state, word).isSynced).toBe(false);
  });

  it('is had here, or it is said that it cannot be', async () => {
    const ask = await kernelTime();
    if (ask) expect(ask()).toEqual({ isSynced: expect.any(Boolean), errorMs: expect.any(Number) });
  });
});
