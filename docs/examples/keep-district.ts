import { connect, ed25519Signer } from 'fengsui';
import { keepDistrict } from 'fengsui/store';
import { openPostgresStore } from 'fengsui/store/postgres'; // or openFileStore({ folder }) of fengsui/store

await using store = await openPostgresStore({ url: 'postgres://platform@127.0.0.1/fengsui' }); // PGPASSWORD, ~/.pgpass
const signer = ed25519Signer({ keyId: 'platform', privateKey: process.env['PLATFORM_KEY'] ?? '' });
await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', signer });

for (const { gateway, device, kind, at } of (await store.alarms.standing()).items)
  console.log(at, kind, gateway, device);

const end = new AbortController();
process.once('SIGTERM', () => end.abort());
await keepDistrict(fs, store, { signal: end.signal, history: true, problem: (e) => console.error(e.code, e.message) });
