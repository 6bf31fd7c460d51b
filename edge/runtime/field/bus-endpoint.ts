import type { Turnaround } from '../../../sdk/model/link-quality.ts';
import { type Millis, millis } from '../../../sdk/model/time.ts';
import type { ModbusEndpoint, ModbusTiming } from '../../bus/modbus/modbus-bus.ts';
import { type Framing, type LineCost, serialCost, tcpCost } from '../../bus/plan/line-cost.ts';
import type { SiteBus } from '../config/site.ts';

/** Where a Modbus bus of the configuration is. */
export function endpointOf({ config }: SiteBus): ModbusEndpoint {
  if (config.tcp !== undefined) return { kind: 'tcp', ...hostPort(config.tcp) };
  if (config.rtuOverTcp !== undefined) return { kind: 'rtu-over-tcp', ...hostPort(config.rtuOverTcp) };
  return { kind: 'serial', path: config.serial ?? '', ...framingOf(config) };
}

export function timingOf({ config }: SiteBus): ModbusTiming {
  return {
    timeout: millis(config.timeoutMs ?? timeoutMs),
    quiet: millis(config.quietMs ?? quietMs),
    reconnect: millis(reconnectMs),
  };
}

/** How long a device takes to begin its answer: an assumption of ours, ordinary for small controllers. */
export const assumedAnswer = millis(10);

/**
 * What reads cost on a Modbus bus; what was not measured is assumed. Plans and cycles are made of the usual answer of
 * each unit (`p50Ms`), bounds of its slowest (`p99Ms`). Behind a serial server what is measured is not the line's.
 */
export function costOf(
  bus: SiteBus,
  measured: ReadonlyMap<number, Turnaround> = new Map(),
  answers: keyof Turnaround = 'p50Ms',
): LineCost {
  const { timeout, quiet } = timingOf(bus);
  const framing = framingOf(bus.config);
  const ofTurnaround = (turnaround: Millis): LineCost =>
    bus.kind === 'tcp'
      ? tcpCost({ roundTrip: turnaround, timeout })
      : serialCost(framing, { turnaround, timeout, quiet });
  const usual = ofTurnaround(assumedAnswer);
  if (bus.kind === 'rtuOverTcp') return usual;
  const own = new Map([...measured].map(([unit, turnaround]) => [unit, ofTurnaround(millis(turnaround[answers]))]));
  return {
    read: (block) => (own.get(block.unit) ?? usual).read(block),
    dead: (block) => usual.dead(block),
  };
}

export function hostPort(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}

const timeoutMs = 1_000;
/** Some slaves drop the next request for a while after they overheard one to a dead address. */
const quietMs = 300;
const reconnectMs = 1_000;

/** Of a serial server's line, too, unless the configuration says otherwise. */
const framingOf = ({ baud, parity, stopBits }: SiteBus['config']): Framing => ({
  baud: baud ?? 9_600,
  parity: parity ?? 'none',
  stopBits: stopBits ?? 1,
});
