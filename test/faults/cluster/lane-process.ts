/**
 * A gateway of the cluster trial in a process of its own: the real uplink over a journal in memory, which is given
 * alarms and readings at a steady pace, each bearing its number. `lane-process.js OPTIONS`, JSON.
 * Tells `{ alarms, readings }` made so far, and goes on with readings, so that each shows what was before it.
 */

import { systemClock } from '../../../edge/platform/clock.ts';
import { operatorKey, random } from '../../../edge/platform/ed25519.ts';
import { jsonLog } from '../../../edge/platform/log.ts';
import { requestDesk } from '../../../edge/uplink/request-desk.ts';
import { type Uplink, uplink } from '../../../edge/uplink/uplink.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import { deviceId, districtCode, gatewayId, townCode } from '../../../sdk/model/ids.ts';
import { monoTime, wallTime } from '../../../sdk/model/time.ts';
import { encodeAlarm } from '../../../sdk/wire/alarm-message.ts';
import { encodeGatewayState } from '../../../sdk/wire/gateway-state.ts';
import { fieldsOf } from '../../../sdk/wire/parse.ts';
import { encodePointTable, pointTable } from '../../../sdk/wire/point-table.ts';
import type { Data, Query } from '../../../sdk/wire/request.ts';
import { encodeTelemetry } from '../../../sdk/wire/telemetry.ts';
import { parentLink } from '../../../simulators/process/parent-link.ts';
import { alarmChange } from '../../support/fake-gateway.ts';
import { memoryJournal } from '../../support/memory-journal.ts';
import { pause } from '../../support/rig.ts';
import type { LaneOptions } from './lane-options.ts';

const options: LaneOptions = JSON.parse(process.argv[2] ?? '{}');
const device = deviceId('gate');
const table = pointTable([{ device, point: 'number', resolution: 1 }]);
const clock = systemClock('synced');
const log = jsonLog(clock, (line) => process.stderr.write(line));
const journal = memoryJournal();
const boot = 1;

const state = (): Uint8Array =>
  encodeGatewayState({
    name: options.gateway,
    version: 'trial',
    boot,
    at: clock.wall(),
    clock: 'synced',
    riskLevel: 'normal',
    configVersion: 1,
    log: journal.id,
    alarmBacklog: up.backlog('alarm'),
    telemetryBacklog: up.backlog('telemetry'),
    buses: [],
    devices: [],
  });
const query = async (method: Exclude<Query, 'challenge'>, params: Data): Promise<Data> => {
  if (method === 'resume') return { log: journal.id, next: up.resume() };
  if (method === 'latest') return { devices: [] };
  if (method === 'table') return { table: encodePointTable(table) };
  if (method !== 'batches') throw new FengsuiError('NOT_FOUND', 'the trial has no such thing');
  const asked = fieldsOf(params, 'batches');
  const entries = await journal.read('telemetry', asked.count('after'), 16);
  return { batches: entries.filter(({ seq }) => seq <= asked.count('upTo')).map(({ body }) => body) };
};
const command = (): Promise<Data> => Promise.reject(new FengsuiError('FORBIDDEN', 'the trial commands nothing'));
const up: Uplink = uplink(
  {
    id: 'platform',
    urls: options.urls,
    credentials: () => Promise.resolve({}),
    site: {
      district: districtCode('330603'),
      town: townCode(options.town),
      gateway: gatewayId(options.gateway),
    },
    boot,
    awaitsReceipts: true,
  },
  {
    journal,
    clock,
    log,
    random,
    document: (channel) => (channel === 'state' ? state() : encodePointTable(table)),
    present: () => [],
    watch: { sent: () => undefined, taken: () => undefined, received: () => undefined },
    desk: requestDesk(
      new Map([['trial', operatorKey(options.key)]]),
      { query, command, invoke: command },
      { clock, onCommand: () => undefined },
    ),
  },
);

const stop = new AbortController();
parentLink({ message: () => undefined, gone: () => stop.abort(new Error('the trial has ended')) });
const running = up.run(stop.signal);
const raise = async (): Promise<void> => {
  await journal.append('alarm', clock.wall(), (seq) => encodeAlarm({ log: journal.id, seq, change: alarmChange(seq) }));
  up.wake('alarm');
};
const read = async (): Promise<void> => {
  await journal.append('telemetry', clock.wall(), (seq) =>
    encodeTelemetry({ log: journal.id, seq, boot, trust: 'synced', table: table.hash }, table, [
      { column: 0, wall: wallTime(clock.wall()), value: { quality: 'good', at: monoTime(0), value: seq } },
    ]),
  );
  up.wake('telemetry');
};
for (let made = 0; !stop.signal.aborted; made++) {
  if (made < options.count) await raise();
  await read();
  process.send?.({ alarms: Math.min(made + 1, options.count), readings: Math.min(made + 1, options.count) });
  await pause(made < options.count ? 1_000 / options.perSecond : 1_000);
}
await running.catch(() => undefined); // it was told to stop
process.exit(0);
