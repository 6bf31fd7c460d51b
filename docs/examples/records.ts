import { connect, ed25519Signer, type GatewayRecord } from 'fengsui';

const signer = ed25519Signer({ keyId: 'archive', privateKey: process.env['ARCHIVE_KEY'] ?? '' });
await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', signer });

// Alarms and records in one order, each once: `seq` has no holes but those that a `gap` event tells.
for await (const update of fs.alarms.stream({ records: true })) {
  if ('record' in update) await store(update.gateway, update.seq, inWords(update.record));
  else await store(update.gateway, update.seq, `${update.alarm.device} ${update.change}`);
  await update.commit(); // only now the gateway lets go of it
}

function inWords(record: GatewayRecord): string {
  if (record.kind === 'linkage') {
    const after = record.afterMs === undefined ? '' : ` after ${record.afterMs} ms`;
    return `${record.device}/${record.point} ${record.on ? 'on' : 'off'}: ${record.step}${after}`;
  }
  if (record.act === 'command') return `${record.operator ?? 'nobody known'}: ${record.method}, ${record.outcome}`;
  return record.act; // started, stopped, configured, clock-stepped; `other` of a later version
}

async function store(gateway: string, seq: number, text: string): Promise<void> {
  console.log(gateway, seq, text); // a real one writes to its database, and waits until it has
}
