/**
 * What somebody writes with modbus-serial alone: one client and loop for each device, unit 2, ten registers once a second,
 * changes noticed and counted. `bare-poll.js PORT…`
 */
import ModbusRTU from 'modbus-serial';
import { parentLink } from '../../simulators/process/parent-link.ts';

let reads = 0;
let changes = 0;

async function loop(port: number): Promise<void> {
  const client = new ModbusRTU();
  await client.connectTCP('127.0.0.1', { port });
  client.setTimeout(1_000);
  client.setID(2);
  const last: number[] = [];
  for (;;) {
    const began = performance.now();
    const { data } = await client.readHoldingRegisters(0, 10);
    reads++;
    for (const [i, value] of data.entries()) {
      if (last[i] !== value) changes++;
      last[i] = value;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 - (performance.now() - began))));
  }
}

const link = parentLink({
  message: () => {
    const { user, system } = process.cpuUsage();
    link.send({ reads, changes, cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage.rss() / 1_048_576 });
  },
  gone: () => process.exit(0),
});
await Promise.all(process.argv.slice(2).map((port) => loop(Number(port))));
