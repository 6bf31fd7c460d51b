import { connect, ed25519Signer } from 'fengsui';

const signer = ed25519Signer({ keyId: 'duty', privateKey: process.env['DUTY_KEY'] ?? '' });
const url = process.env['BROKER'] ?? 'mqtt://127.0.0.1:18831';
await using fs = await connect({ url, district: '330603', signer, operator: 'me' });

for await (const { alarm, change, heardAt, commit } of fs.alarms.stream()) {
  const took = heardAt.getTime() - alarm.at.getTime();
  console.log(change, alarm.kind, alarm.device, `${took} ms after it was judged: ${alarm.explained.en}`);
  await commit(); // stored for good: only now the gateway lets go of it
  if (change === 'raised' && alarm.kind === 'fire') await fs.alarms.silence(alarm); // a person has heard the siren
  if (change === 'silenced') await fs.alarms.ack(alarm); // a person has seen it
  if (change === 'acked') break;
}
const { alarms } = await fs.alarms.active();
console.log('still standing:', alarms.map((alarm) => `${alarm.device} ${alarm.phase}`).join(', '));
