/**
 * Modbus TCP devices in a process of their own: `poll-server.js DEVICES`. Each listens on a port of its own and answers
 * unit 1 (the gateway under test) and unit 2 (the bare loop) with the same ten holding registers, of which 1 to 3 change
 * each second. Register 0 of unit 1 is toggled now and then; `{ report: true }` asks when reads saw it since the last
 * report, and how many toggles no read has seen though it could have.
 */
import { modbusServer } from '../../simulators/modbus/modbus-server.ts';
import type { Unit } from '../../simulators/modbus/unit.ts';
import { parentLink } from '../../simulators/process/parent-link.ts';
import { lateness, type Seen } from './own-latency.ts';

export type Report = { readonly seen: readonly Seen[]; readonly unread: number };

const periodMs = 1_000;
const restMs = 2_500;
const togglesPerSecond = 12;

type Device = {
  value: number;
  next: number;
  /** When it was toggled, until a read sees it. */
  toggledAt?: number | undefined;
  /** The first read since the last report, and how much earlier than its grid the earliest one was. */
  first?: number | undefined;
  earliest: number;
  tick: number;
};

const [count = 1] = process.argv.slice(2).map(Number);
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const devices = Array.from({ length: count }, (): Device => ({ value: 0, next: 0, earliest: 0, tick: 0 }));
let seen: { device: number; changedAt: number; at: number }[] = [];

/** The reads of a device lie on the grid of the earliest ones. */
function noteRead(device: Device, at: number): void {
  device.first ??= at;
  const since = at - device.first;
  device.earliest = Math.min(device.earliest, since - Math.round(since / periodMs) * periodMs);
}

const unitOver = (device: Device, index: number, isWatched: boolean): Unit => ({
  read(table, address) {
    if (table !== 'holding' || address > 9) return undefined;
    if (address >= 1 && address <= 3) return (device.tick * address) & 0xffff;
    if (address > 3) return address;
    if (!isWatched) return device.value;
    const at = now();
    noteRead(device, at);
    if (device.toggledAt !== undefined) seen.push({ device: index, changedAt: device.toggledAt, at });
    device.toggledAt = undefined;
    return device.value;
  },
});

function report(): Report {
  const told = seen.map(({ device, changedAt, at }): Seen => {
    const { first = at, earliest } = devices[device] ?? { earliest: 0 };
    return { device, at, late: lateness({ base: first + earliest, period: periodMs }, changedAt, at) };
  });
  const overdue = now() - 2 * periodMs;
  const unread = devices.filter(({ toggledAt }) => toggledAt !== undefined && toggledAt < overdue).length;
  seen = [];
  for (const device of devices) [device.first, device.earliest] = [undefined, 0];
  return { seen: told, unread };
}

const link = parentLink({ message: () => link.send(report()), gone: () => process.exit(0) });

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
  device.toggledAt = now();
  device.next = now() + restMs;
}, 1_000 / togglesPerSecond);
link.send({ ports: servers.map((s) => s.port) });
