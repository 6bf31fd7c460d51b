import { connect, ed25519Signer } from 'fengsui';

const signer = ed25519Signer({ keyId: 'duty', privateKey: process.env['DUTY_KEY'] ?? '' }); // from `fengsui keygen`
await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', signer });

const hydrant = fs.devices.get({ gateway: 'my-gateway', device: 'hydrant-1' }).as('generic/municipal-hydrant');
const { quality, value, unit } = hydrant.latest().pressure; // value: number | undefined, unit: 'MPa'
console.log(quality, value, unit);

for await (const { alarm, change, commit } of fs.alarms.stream()) {
  console.log(change, alarm.device, alarm.condition, alarm.rule);
  await commit(); // taken for good: only now the gateway lets go of it
}
