/**
 * `fleet-gateways.js URL FIRST COUNT SPREAD_MS READ_EVERY_MS`: so many light gateways in one process. They come up within the
 * spread, and read at their own moments of the interval. The parent orders alarms, asks, and says when enough is made.
 */
import { delays } from '../../../edge/uplink/backoff.ts';
import { districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { millis, seconds } from '../../../sdk/model/time.ts';
import { type LightGateway, lightGateway } from '../../../simulators/fleet/light-gateway.ts';
import { lightMessages } from '../../../simulators/fleet/light-messages.ts';

/** What a gateway has made so far. */
export type Made = {
  readonly alarms: number;
  /** Entries. */
  readonly telemetry: number;
  /** Since when it is connected, Unix ms; absent while it is not. */
  readonly connectedAt?: number | undefined;
};

/** By gateway. */
export type FleetReport = Readonly<Record<string, Made>>;

export const fleetPoints = 20;

/** As a real gateway: the first repetition of what nobody has receipted. */
const resendMs = 15_000;
/** As a real gateway: see edge/uplink/mqtt-link.ts. */
const backoff = { first: millis(250), factor: 2, ceiling: seconds(15) };

const [url = '', first = '0', count = '0', spreadMs = '0', everyMs = '0'] = process.argv.slice(2);
const fleet = new Map<string, LightGateway>();
let isMaking = true;

function start(n: number): void {
  const id = `fleet-${n}`;
  const site = { district: districtCode('330603'), town: townCode('001'), gateway: gatewayId(id) };
  const messages = lightMessages(n + 1, fleetPoints);
  const gateway = lightGateway({ url, site, messages, delays: () => delays(backoff, Math.random) });
  fleet.set(id, gateway);
  setInterval(() => gateway.resend(resendMs), resendMs);
  setTimeout(() => {
    gateway.read();
    setInterval(() => isMaking && gateway.read(), Number(everyMs));
  }, Math.random() * Number(everyMs));
}

const report = (): FleetReport =>
  Object.fromEntries(
    [...fleet].map(([id, gateway]) => [id, { ...gateway.made(), connectedAt: gateway.connectedAt() }]),
  );

process.on('message', (order) => {
  if (order === 'alarm') [...fleet.values()][Math.floor(Math.random() * fleet.size)]?.raise();
  else if (order === 'stop') isMaking = false;
  else process.send?.(report());
});
process.once('disconnect', () => process.exit());
for (let n = Number(first); n < Number(first) + Number(count); n++)
  setTimeout(() => start(n), Math.random() * Number(spreadMs));
