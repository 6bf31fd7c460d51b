/**
 * Modbus TCP devices in a process of their own: `poll-server.js DEVICES`. Each listens on a port of its own and answers
 * unit 1 (the gateway under test) and unit 2 (the bare loop) with the same ten holding registers, of which 1 to 3 change
 * each second. Register 0 of unit 1 is toggled now and then; `{ report: true }` asks when reads saw it.
 */
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import type { Unit } from '../../simulators/modbus/unit.ts';
import { parentLink } from '../../simulators/process/parent-link.ts';

/** A toggle as the first read saw it: when, on the clock that all processes of this machine share, and how late that read was against its period. */
export type Seen = { readonly device: number; readonly at: number; readonly late: number };

const periodMs = 1_000;
const restMs = 2_500;
const togglesPerSecond = 12;

type Device = { value: number; next: number; isToggled: boolean; first?: number; earliest: number; tick: number };

const [count = 1] = process.argv.slice(2).map(Number);
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const devices = Array.from(
  { length: count },
  (): Device => ({ value: 0, next: 0, isToggled: false, earliest: 0, tick: 0 }),
);
let seen: { device: number; at: number; offset: number }[] = [];

/** How far this read is from the grid that the device's first read began. */
function offsetOf(device: Device, at: number): number {
  device.first ??= at;
  const since = at - device.first;
  const offset = since - Math.round(since / periodMs) * periodMs;
  device.earliest = Math.min(device.earliest, offset);
  return offset;
}

const unitOver = (device: Device, index: number, isWatched: boolean): Unit => ({
  read(table, address) {
    if (table !== 'holding' || address > 9) return undefined;
    if (address >= 1 && address <= 3) return (device.tick * address) & 0xffff;
    if (address > 3) return address;
    if (!isWatched) return device.value;
    const at = now();
    const offset = offsetOf(device, at);
    if (device.isToggled) seen.push({ device: index, at, offset });
    device.isToggled = false;
    return device.value;
  },
});

const link = parentLink({
  message: () => {
    const report: Seen[] = seen.map(({ device, at, offset }) => ({
      device,
      at,
      late: offset - (devices[device]?.earliest ?? 0),
    }));
    seen = [];
    link.send({ seen: report });
  },
  gone: () => process.exit(0),
});

const servers = await Promise.all(
  devices.map((device, i) =>
    modbusServer({
      transport: 'tcp',
      units: new Map([
        [1, unitOver(device, i, true)],
        [2, unitOver(device, i, false)],
      ]),
    }),
  ),
);
setInterval(() => {
  for (const device of devices) device.tick++;
}, 1_000);
let turn = 0;
setInterval(() => {
  turn = (turn * 7 + 3) % devices.length;
  const device = devices.find((d, i) => i >= turn && d.next <= now()) ?? devices.find((d) => d.next <= now());
  if (!device) return;
  device.value = 1 - device.value;
  device.isToggled = true;
  device.next = now() + restMs;
}, 1_000 / togglesPerSecond);
link.send({ ports: servers.map((s) => s.port) });
