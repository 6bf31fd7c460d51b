/**
 * `fleet-reader.js URL DISTRICT KEY`: an application of the platform that takes every alarm over and reads all telemetry of
 * the fleet. It tells what it has whenever it is asked.
 */
import type * as Sdk from '../../../sdk/index.ts';

export type TakenAlarm = readonly [gateway: string, judgedAt: number, takenAt: number];
export type FleetView = {
  readonly online: number;
  /** Since when the SDK is connected, Unix ms. */
  readonly connectedAt: number;
  /** By gateway: entries of telemetry of which every reading came. */
  readonly telemetry: Readonly<Record<string, number>>;
  /** Entries before the newest of their gateway of which something has not come. */
  readonly holes: number;
  readonly alarms: readonly TakenAlarm[];
  /** Alarm changes that the application was given twice. */
  readonly repeated: number;
  /** Readings that came again: as the present state after an outage, and as the entry that they are of. */
  readonly toldAgain: number;
  /** Numbers told as missing, and items that a slow reader has let go. */
  readonly gaps: number;
  readonly dropped: number;
  readonly refused: number;
  readonly errors: Readonly<Record<string, number>>;
};

const [url = '', district = '', privateKey = ''] = process.argv.slice(2);
// As it is published, and nothing beside it in this process.
const { connect, ed25519Signer }: typeof Sdk = await import(new URL('../dist/index.js', import.meta.url).href);
const fs = await connect({ url, district, signer: ed25519Signer({ keyId: 'bench', privateKey }) });

let connectedAt = Date.now();
fs.on('status', (status) => {
  if (status === 'connected') connectedAt = Date.now();
});

const errors: Record<string, number> = {};
let gaps = 0;
fs.on('error', (e) => {
  errors[e.code] = (errors[e.code] ?? 0) + 1;
  if (errors[e.code] === 1) console.log(e.message);
});
fs.on('gap', (gap) => {
  gaps += gap.to - gap.from + 1;
});

const taken: TakenAlarm[] = [];
const numbers = new Set<string>();
let repeated = 0;
const alarms = fs.alarms.stream();
async function takeAlarms(): Promise<void> {
  for await (const { gateway, log, seq, alarm, commit } of alarms) {
    if (numbers.has(`${gateway}/${log}/${seq}`)) repeated++;
    else taken.push([gateway, alarm.at.getTime(), Date.now()]);
    numbers.add(`${gateway}/${log}/${seq}`);
    await commit();
  }
}

/** Of each entry by its gateway and number: devices that told it, a bit each. */
const entries = new Map<string, number>();
const points = 20;
const whole = 2 ** points - 1;
/** By gateway, of those entries that are whole. */
const complete = new Map<string, number>();
const newest = new Map<string, number>();
let toldAgain = 0;
const readings = fs.telemetry.stream({ profile: 'generic/municipal-hydrant' });
async function takeReadings(): Promise<void> {
  for await (const { gateway, device, value, quality } of readings) {
    if (quality !== 'good' || !gateway.startsWith('fleet-')) continue;
    const seq = Math.round(value * 1_000);
    const entry = `${gateway}/${seq}`;
    if (seq > (newest.get(gateway) ?? 0)) newest.set(gateway, seq);
    const bit = 1 << (Number(device.slice('hydrant-'.length)) - 1);
    const before = entries.get(entry) ?? 0;
    if (before & bit) toldAgain++;
    if ((before | bit) === whole && before !== whole) complete.set(gateway, (complete.get(gateway) ?? 0) + 1);
    entries.set(entry, before | bit);
  }
}

function view(): FleetView {
  const online = fs.gateways.list({ online: true }).length;
  const { dropped } = readings;
  const holes = [...newest].reduce((sum, [gateway, seq]) => sum + seq - (complete.get(gateway) ?? 0), 0);
  return {
    online,
    connectedAt,
    telemetry: Object.fromEntries(complete),
    holes,
    alarms: taken,
    repeated,
    toldAgain,
    gaps,
    dropped,
    refused: fs.refused,
    errors,
  };
}

process.on('message', () => process.send?.(view()));
process.once('disconnect', () => process.exit());
process.send?.('ready');
await Promise.all([takeAlarms(), takeReadings()]);
