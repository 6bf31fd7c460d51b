/**
 * Modbus TCP servers in a process of their own, for benchmarks: `register-server.js SERVERS UNITS`.
 * Every unit has ten holding registers of which three change each second, and is a slot table of ten smoke alarms at 100.
 * Takes `{ set: [server, unit, address, value] }` and answers `{ set: …, at }`.
 */

import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import type { Unit } from '../../simulators/modbus/unit.ts';
import { parentLink } from '../../simulators/process/parent-link.ts';

const [servers = 1, units = 10] = process.argv.slice(2).map(Number);

type Registers = Map<number, number>;
const memory: Registers[][] = [];
const running: ModbusServer[] = [];

const unitOver = (registers: Registers): Unit => ({
  read: (table, address) => (table === 'holding' ? (registers.get(address) ?? 0) : undefined),
});

const link = parentLink({
  message: (message) => {
    if (typeof message !== 'object' || message === null || !('set' in message) || !Array.isArray(message.set)) return;
    const [server, unit, address, value] = message.set.map(Number);
    memory[server ?? 0]?.[(unit ?? 1) - 1]?.set(address ?? 0, value ?? 0);
    link.send({ set: message.set, at: Date.now() });
  },
  gone: () => process.exit(0),
});

for (let s = 0; s < servers; s++) {
  const banks = Array.from({ length: units }, (): Registers => new Map());
  memory.push(banks);
  for (const bank of banks) for (let slot = 0; slot < 10; slot++) bank.set(100 + slot * 4 + 1, 90);
  running.push(
    await modbusServer({ transport: 'tcp', units: new Map(banks.map((bank, i) => [i + 1, unitOver(bank)])) }),
  );
}
let tick = 0;
setInterval(() => {
  tick++;
  for (const banks of memory)
    for (const bank of banks) for (let r = 0; r < 3; r++) bank.set(r, (tick * (r + 1)) & 0xffff);
}, 1_000);
link.send({ event: 'ready', ports: Object.fromEntries(running.map((s, i) => [String(i), s.port])), moved: {} });
