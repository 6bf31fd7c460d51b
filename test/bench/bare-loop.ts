/**
 * What somebody writes in an afternoon on the same libraries: reads ten registers of each unit once a second, scales,
 * publishes changes as JSON. No journal, no judgement, no quality, nothing kept. `bare-loop.js MQTT_PORT UNITS PORT…`
 */
import ModbusRTU from 'modbus-serial';
import { connectAsync } from 'mqtt';

const [mqttPort = 0, units = 1, ...ports] = process.argv.slice(2).map(Number);
const broker = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
let reads = 0;

async function loop(port: number): Promise<void> {
  const client = new ModbusRTU();
  await client.connectTCP('127.0.0.1', { port });
  client.setTimeout(1_000);
  const last = new Map<string, number>();
  for (;;) {
    const began = performance.now();
    for (let unit = 1; unit <= units; unit++) {
      client.setID(unit);
      const { data } = await client.readHoldingRegisters(0, 10);
      reads++;
      for (const [i, raw] of data.entries()) {
        const key = `${port}/${unit}/${i}`;
        const value = raw * 1;
        if (last.get(key) === value) continue;
        last.set(key, value);
        broker.publish(`bare/${key}`, JSON.stringify({ ts: Date.now(), value }), { qos: 1 });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 - (performance.now() - began))));
  }
}

process.on('message', () => process.send?.({ reads }));
process.on('disconnect', () => process.exit(0));
await Promise.all(ports.map(loop));
