import { join } from 'node:path';
import { describeError } from '../../../sdk/model/errors.ts';
import { newOperatorKey, type SigningKey, signingKey } from '../../platform/ed25519.ts';
import { readText, replaceText } from '../../platform/files.ts';
import type { Log } from '../../platform/log.ts';

/** For its owner alone. */
const secret = 0o600;

/**
 * The key by which this gateway signs what became of commands; made at the first start. One that cannot be read is
 * replaced: the platform sees another key, and the old receipts keep theirs. A card that takes or gives nothing keeps no
 * gateway from starting: then the key is for this run.
 */
export async function receiptKey(folder: string, log: Log): Promise<SigningKey> {
  const path = join(folder, 'receipt.key');
  try {
    const pem = await readText(path);
    if (pem !== undefined) return signingKey(pem);
  } catch (e) {
    log.warn('receipt-key.unreadable', { path, why: describeError(e) });
  }
  const { privateKey } = newOperatorKey();
  await replaceText(path, privateKey, secret).catch((e: unknown) =>
    log.warn('receipt-key.not-stored', { path, why: describeError(e) }),
  );
  return signingKey(privateKey);
}
