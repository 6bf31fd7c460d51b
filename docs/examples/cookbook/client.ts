import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, ed25519Signer, type Fengsui, FengsuiError, generateOperatorKey, type Signer } from 'fengsui';

/** A key pair for a desk: the public half goes into the gateways' configuration, under `operators`. */
export const newDesk = (): { readonly publicKey: string; readonly privateKey: string } => generateOperatorKey();

/** Connects, and waits until every gateway that is online has told its values. */
export async function open(url: string, privateKey: string): Promise<Fengsui> {
  const signer = ed25519Signer({ keyId: 'tester', privateKey });
  const fs = await connect({ url, district: '330603', signer, operator: '李伟', timeoutMs: 10_000 });
  fs.on('status', (status) => console.log('broker', status)); // streams go on by themselves
  fs.on('gap', ({ gateway, lane, from, to, reason }) => console.log(gateway, lane, from, to, reason));
  fs.on('error', (e) => console.log(e.code, e.message)); // what no call could tell
  await fs.ready({ timeoutMs: 20_000 });
  return fs;
}

/** In earnest: a certificate of the district’s authority, brokers to fall back on, and processes that share the gateways. */
export async function openInEarnest(urls: readonly string[], folder: string, privateKey: string): Promise<Fengsui> {
  const pem = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const tls = { ca: await pem('ca.pem'), cert: await pem('duty.pem'), key: await pem('duty.key') };
  const signer = ed25519Signer({ keyId: 'duty', privateKey });
  return connect({ url: urls, district: '330603', tls, share: 'desk', signer, operator: '李伟' });
}

/** A desk whose key is on a card or in a vault: only the bytes to be signed go there. Ed25519. */
export const signerOnCard = (keyId: string, card: { sign: (bytes: Uint8Array) => Promise<Uint8Array> }): Signer => ({
  keyId,
  sign: (bytes) => card.sign(bytes),
});

/** Every error has a code; some are worth another try. */
export async function twice<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (e) {
    if (FengsuiError.is(e) && e.retryable) return call();
    throw e;
  }
}

export async function farewell(fs: Fengsui): Promise<string> {
  const words = `${fs.status}, ${fs.refused} messages made no sense`;
  await fs.close(); // sends the receipts that are due; `await using` does it by itself
  return words;
}
