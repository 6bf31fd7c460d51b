import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ed25519Signer, generateOperatorKey } from '../../../sdk/client/signer.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { isSign1, openSign1, sign1, signedBytes } from '../../../sdk/wire/sign1.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Key pair of RFC 8032 7.1, test 1, which is also key “11” of the COSE working group’s examples. */
const d = bytesOf('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
const x = bytesOf('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(x).toString('base64url') };
const privateKey = createPrivateKey({ key: { ...jwk, d: Buffer.from(d).toString('base64url') }, format: 'jwk' });
const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
const signer = ed25519Signer({ keyId: '11', privateKey });
const payload = new TextEncoder().encode('This is the content.');

describe('COSE_Sign1', () => {
  /** cose-wg/Examples, eddsa-examples/eddsa-sig-01: its protected header also holds a content type, {1: -8, 3: 0}. */
  const published =
    'd28445a201270300a10442313154546869732069732074686520636f6e74656e742e58407142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb8711497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d';

  it('signs the structure of RFC 9052: with the header of the published vector eddsa-sig-01 its signature comes out', () => {
    const toSign = hex(signedBytes(payload, ''));
    expect(toSign).toBe('846a5369676e61747572653143a101274054546869732069732074686520636f6e74656e742e');
    expect(hex(sign(null, bytesOf(toSign.replace('43a10127', '45a201270300')), privateKey))).toBe(
      published.slice(-128),
    );
  });

  it('refuses the published vector itself: its header holds more than the algorithm', () => {
    expect(() => openSign1(bytesOf(published))).toThrow(/header holds more/);
  });

  it('makes the same bytes as ever (self-made golden, key of RFC 8032 7.1 test 1)', async () => {
    const signature =
      '6354488f9f290e36cd80e23762e664a5cb03e4267c66a8cffaef7c66d89a40bf2cbb8222432a08e5ee410d8b540c6931d26fb6af673f7e2100655d8bae765c04';
    expect(hex(await sign1(payload, '', signer))).toBe(
      `d28443a10127a10442313154546869732069732074686520636f6e74656e742e5840${signature}`,
    );
  });

  it('binds the message to its topic: for another gateway it is worth nothing', async () => {
    const {
      keyId,
      payload: got,
      signature,
    } = openSign1(await sign1(payload, 'fengsui/v1/330603/001/gw-1/request', signer));
    expect([keyId, hex(got)]).toEqual(['11', hex(payload)]);
    expect(verify(null, signedBytes(got, 'fengsui/v1/330603/001/gw-1/request'), publicKey, signature)).toBe(true);
    expect(verify(null, signedBytes(got, 'fengsui/v1/330603/001/gw-2/request'), publicKey, signature)).toBe(false);
  });

  it.each([
    ['another algorithm', 'd28443a10126a104423131415458405840'],
    ['no list', 'd2a0'],
    ['too few parts', 'd28243a10127a0'],
    ['no key id', 'd28443a10127a04154'.concat('4100')],
    ['no tag', '8443a10127a104423131415441aa'],
  ])('refuses %s', (_, text) => {
    expect(() => openSign1(bytesOf(text))).toThrow(FengsuiError);
  });

  it('is told from plain requests by its first byte', async () => {
    expect(isSign1(await sign1(payload, '', signer))).toBe(true);
    expect(isSign1(Uint8Array.of(0xa0))).toBe(false);
  });
});

describe('operator keys', () => {
  it('fit together: what the private one signs the public one verifies', async () => {
    const pair = generateOperatorKey();
    const raw = Buffer.from(pair.publicKey, 'base64');
    expect(raw).toHaveLength(32);
    const key = createPublicKey({ key: { ...jwk, x: raw.toString('base64url') }, format: 'jwk' });
    const signature = await ed25519Signer({ keyId: 'a', privateKey: pair.privateKey }).sign(payload);
    expect(verify(null, payload, key, signature)).toBe(true);
    expect(hex(signature)).toBe(hex(sign(null, payload, createPrivateKey(pair.privateKey))));
  });

  it('that are none are refused with what to do', () => {
    expect(() => ed25519Signer({ keyId: 'a', privateKey: 'rubbish' })).toThrow(/PEM/);
    expect(() => ed25519Signer({ keyId: 'a', privateKey: publicKey })).toThrow(/generateOperatorKey/);
  });
});
