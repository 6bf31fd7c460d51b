import { createPublicKey, verify } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { receiptKey } from '../../../../edge/runtime/commands/receipt-key.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

it('a card that neither gives nor takes one keeps no gateway from starting', async () => {
  const folder = await temporaryFolder();
  for (const name of ['receipt.key', 'receipt.key.next']) await mkdir(join(folder, name, 'x'), { recursive: true });
  const log = recordingLog();
  const made = await receiptKey(folder, log);
  expect(made.publicKey.length).toBe(32);
  expect(log.lines.map(({ event }) => event)).toEqual(['receipt-key.unreadable', 'receipt-key.not-stored']);
});

const message = Buffer.from('done');

it('the key of receipts is made once, for its owner alone, and stays', async () => {
  const folder = await temporaryFolder();
  const first = await receiptKey(folder, recordingLog());
  const second = await receiptKey(folder, recordingLog());
  expect(second.publicKey).toEqual(first.publicKey);
  expect((await stat(join(folder, 'receipt.key'))).mode & 0o777).toBe(0o600);
  const x = Buffer.from(first.publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  expect(verify(null, message, key, second.sign(message))).toBe(true);
});

it.each(['', 'no key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
  'one that cannot be read (%j) is replaced, for its owner alone, and that is said',
  async (text) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'receipt.key'), text);
    const log = recordingLog();
    const made = await receiptKey(folder, log);
    expect(log.lines.map(({ event }) => event)).toEqual(['receipt-key.unreadable']);
    expect((await receiptKey(folder, recordingLog())).publicKey).toEqual(made.publicKey);
    expect((await stat(join(folder, 'receipt.key'))).mode & 0o777).toBe(0o600);
  },
);
