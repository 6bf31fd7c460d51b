import { newOperatorKey } from '../platform/ed25519.ts';

/** The private half is for the operator’s safe, the public half for the gateway’s configuration. */
export async function keygen(): Promise<void> {
  const { publicKey, privateKey } = newOperatorKey();
  process.stdout.write(
    `# under “operators” in the gateway’s configuration:\nkey: ${publicKey}\n\n# private: for the operator’s platform alone\n${privateKey}`,
  );
}
