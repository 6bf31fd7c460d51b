import { silence } from '../../simulators/modbus/faults.ts';
import { type ModbusServer, modbusServer } from '../../simulators/modbus/modbus-server.ts';
import type { Unit } from '../../simulators/modbus/unit.ts';
import { pressureTransmitter } from '../../simulators/water/pressure-transmitter.ts';

/** While it is asked, and this long after, nobody else on the bus can be heard. */
const jamMs = 1_500;

/** Hydrants at the units 1 to `sound`, of which the first has little pressure, and at unit 66 a device that keeps all of them from answering while it is polled. */
export async function jammedBus(sound: number): Promise<ModbusServer> {
  const others = Array.from({ length: sound }, (_, i) => i + 1);
  const hydrant = pressureTransmitter(66, () => 0.3);
  let free: NodeJS.Timeout | undefined;
  const jammer: Unit = {
    read(table, address) {
      clearTimeout(free);
      for (const unit of others) server.misbehave(unit, silence);
      free = setTimeout(() => others.forEach((unit) => server.behave(unit)), jamMs);
      return hydrant.read(table, address);
    },
  };
  const units = new Map<number, Unit>([
    ...others.map((unit): [number, Unit] => [unit, pressureTransmitter(unit, () => (unit === 1 ? 0.05 : 0.3))]),
    [66, jammer],
  ]);
  const server = await modbusServer({ transport: 'tcp', units });
  return server;
}
