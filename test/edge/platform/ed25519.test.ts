import { createPrivateKey, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { freshIdentity, freshNonce, newOperatorKey, operatorKey, random } from '../../../edge/platform/ed25519.ts';

const bytes = Uint8Array.of(1, 2, 3);

describe('operatorKey', () => {
  it('a new pair fits together', () => {
    const { publicKey, privateKey } = newOperatorKey();
    const signature = Uint8Array.from(sign(null, bytes, createPrivateKey(privateKey)));
    const key = operatorKey(publicKey);
    expect(key.verifies(bytes, signature)).toBe(true);
    expect(key.verifies(Uint8Array.of(1, 2, 4), signature)).toBe(false);
    expect(operatorKey(newOperatorKey().publicKey).verifies(bytes, signature)).toBe(false);
  });

  it.each([0, 63, 65])('a signature of %i bytes is none, and throws nothing', (length) => {
    expect(operatorKey(newOperatorKey().publicKey).verifies(bytes, new Uint8Array(length))).toBe(false);
  });

  it('verifies what others have signed: RFC 8032 §7.1, test 3', () => {
    const publicKey = Buffer.from('fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025', 'hex').toString(
      'base64',
    );
    const signature = Buffer.from(
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
      'hex',
    );
    expect(operatorKey(publicKey).verifies(Uint8Array.of(0xaf, 0x82), signature)).toBe(true);
  });

  it.each(['', 'abc', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64')])(
    '%j is no key, and the message says how to make one',
    (text) => {
      expect(() => operatorKey(text)).toThrow(
        expect.objectContaining({ code: 'INVALID', message: expect.stringContaining('fengsui keygen') }),
      );
    },
  );
});

describe('chance', () => {
  it('nonces are 16 bytes and do not repeat', () => {
    const nonces = Array.from({ length: 200 }, freshNonce);
    expect(new Set(nonces.map((n) => Buffer.from(n).toString('hex'))).size).toBe(200);
    expect(nonces.every((n) => n.length === 16)).toBe(true);
  });

  it('identities travel as whole numbers above 0; random lies in [0, 1)', () => {
    for (let i = 0; i < 500; i++) {
      const id = freshIdentity();
      expect(Number.isInteger(id) && id > 0 && id < 2 ** 32).toBe(true);
      const chance = random();
      expect(chance >= 0 && chance < 1).toBe(true);
    }
  });
});
