import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { connect, ed25519Signer, type Fengsui, FengsuiError, type KnownProfile, type NewDevice } from 'fengsui';
import { openFileStore } from 'fengsui/store';

const signer = ed25519Signer({ keyId: 'duty', privateKey: process.env['DUTY_KEY'] ?? '' });
await using store = await openFileStore({ folder: 'duty-store' });
await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', signer, store, operator: '李伟' });

await fs.gateways.register({ id: 'gw-7', town: '001', village: '201', name: '东山村微型消防站' });
const { device, sync } = await fs.devices.provision({
  gateway: 'gw-7',
  id: 'hydrant-1',
  bus: 'street',
  unit: 3,
  profile: 'generic/municipal-hydrant',
  name: '村口消火栓',
  settings: { low: 0.15 },
});
console.log(device.device, sync); // 'waiting-for-gateway': stored, and told to the gateway when it comes

fs.on('conflict', ({ gateway, device, field, onSite, platform, kept }) => {
  console.log(gateway, device, field, '现场', onSite, '平台', platform, '生效：', kept);
});
await untilSynced(fs, 'gw-7');
await fromFile(fs, 'devices.csv');

async function untilSynced(fs: Fengsui, gateway: string): Promise<void> {
  try {
    await fs.devices.whenSynced(gateway, { timeoutMs: 3_600_000 });
  } catch (e) {
    if (!FengsuiError.is(e, 'INVALID', 'CONFLICT', 'TIMEOUT')) throw e;
    console.log(e.code, e.message); // INVALID: refused or rolled back, and why. CONFLICT: on site they know better
  }
}

/** Rows of `gateway,id,bus,unit,name`. First it is only tried out. */
async function fromFile(fs: Fengsui, file: string): Promise<void> {
  let wrong = 0;
  for await (const result of fs.devices.provisionMany(rows(file), { dryRun: true })) {
    if (result.ok) continue;
    wrong++;
    console.log(`row ${result.index + 1}:`, result.error.message);
  }
  if (wrong > 0) return;
  for await (const result of fs.devices.provisionMany(rows(file), { idempotencyKey: 'devices.csv of 1 May' }))
    if (!result.ok) console.log(`row ${result.index + 1}:`, result.error.message);
}

async function* rows(file: string): AsyncGenerator<NewDevice<KnownProfile>> {
  for await (const row of createInterface({ input: createReadStream(file) })) {
    const [gateway = '', id = '', bus = '', unit = '', name = ''] = row.split(',');
    yield { gateway, id, bus, unit: Number(unit), name, profile: 'generic/municipal-hydrant' };
  }
}
