import { connect, ed25519Signer, FengsuiError } from 'fengsui';

const signer = ed25519Signer({ keyId: 'duty', privateKey: process.env['DUTY_KEY'] ?? '' });
await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', signer, operator: '李伟' });

const gate = fs.devices.get({ gateway: 'my-gateway', device: 'east-gate' }).as('generic/barrier');
try {
  const { state, after, receipt } = await fs.commands.invoke(gate, 'open', {});
  console.log(state, after); // verified: its end switch has told so
  console.log('evidence to keep:', Buffer.from(receipt).toString('base64'));
} catch (e) {
  if (!FengsuiError.is(e)) throw e;
  if (e.code === 'NOT_PROVEN') console.log('told to open, and did not reach its end:', e.message);
  else if (e.code === 'OUTCOME_UNKNOWN' && e.auditId !== undefined)
    console.log('look before anybody presses again:', await fs.commands.status('my-gateway', e.auditId));
  else console.log('nothing was done:', e.code, e.message);
}

/** Where the site's policy wants two persons: the first signs, the second reads what the bytes say, and signs, too. */
export const propose = async (): Promise<Uint8Array> => (await fs.commands.propose(gate, 'open', {})).bytes;
export async function approve(bytes: Uint8Array, agrees: (text: string) => boolean): Promise<void> {
  const { text, proposedBy, notAfter } = fs.commands.review(bytes);
  if (agrees(`${text.zh}，${proposedBy}，${notAfter.toLocaleString('zh-CN')}`)) await fs.commands.approve(bytes);
}
