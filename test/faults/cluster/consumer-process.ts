/** The platform’s application of the cluster trial, to be killed: `consumer-process.js OPTIONS`, JSON. Tells each {@link ConsumerWord}. */
import { connect, ed25519Signer } from '../../../sdk/index.ts';
import { parentLink } from '../../../simulators/process/parent-link.ts';
import type { ConsumerOptions, ConsumerWord } from './lane-options.ts';

const { url, town, privateKey, from, commits }: ConsumerOptions = JSON.parse(process.argv[2] ?? '{}');
parentLink({ message: () => undefined, gone: () => process.exit(0) });
const say = (word: ConsumerWord): Promise<void> =>
  new Promise((resolve) => void process.send?.(word, undefined, undefined, () => resolve()));
const signer = ed25519Signer({ keyId: 'trial', privateKey });
const fs = await connect({ url, district: '330603', town, signer });
let done = 0;
for await (const { seq, cursor, commit } of fs.alarms.stream({ from })) {
  await say({ got: seq });
  if (done === commits) await new Promise(() => undefined); // the kill comes
  await say({ committed: seq, cursor });
  await commit();
  done++;
}
