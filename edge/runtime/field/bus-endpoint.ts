import { millis } from '../../../sdk/model/time.ts';
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

/** What reads cost on a Modbus bus; what is not known of it before it runs is assumed. */
export function costOf(bus: SiteBus): LineCost {
  const { timeout, quiet } = timingOf(bus);
  if (bus.kind === 'tcp') return tcpCost({ roundTrip: assumedAnswer, timeout });
  return serialCost(framingOf(bus.config), { turnaround: assumedAnswer, timeout, quiet });
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
