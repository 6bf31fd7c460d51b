import { municipalHydrant } from '../../device-profiles/generic/municipal-hydrant.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import { millis, monoTime, type Stamp, wallTime } from '../../sdk/model/time.ts';
import { encodeAlarm } from '../../sdk/wire/alarm-message.ts';
import { encodeGatewayState, encodePresence } from '../../sdk/wire/gateway-state.ts';
import { encodePointTable, pointTable } from '../../sdk/wire/point-table.ts';
import type { Data } from '../../sdk/wire/request.ts';
import { encodeSnapshot, encodeTelemetry, type Sample } from '../../sdk/wire/telemetry.ts';

/** What a light gateway has to say: a village of hydrants. The pressure in entry `seq` is `seq` thousandths of a MPa. */
export type LightMessages = {
  readonly log: number;
  readonly table: Uint8Array;
  readonly state: Uint8Array;
  readonly presence: (online: boolean) => Uint8Array;
  readonly readings: (seq: number) => Uint8Array;
  /** The present after entry `seq`. */
  readonly snapshot: (seq: number) => Uint8Array;
  readonly alarm: (seq: number) => Uint8Array;
  /** What `latest` answers. */
  readonly latest: () => Data[];
};

export const lightProfile = municipalHydrant.id;
const thousandth = 0.001;

/** @param log identity of its journal @param points how many hydrants */
export function lightMessages(log: number, points: number): LightMessages {
  const devices = Array.from({ length: points }, (_, i) => deviceId(`hydrant-${i + 1}`));
  const table = pointTable(
    devices.map((device) => ({ device, point: 'pressure', unit: 'MPa', resolution: thousandth })),
  );
  const boot = log;
  const offset = Math.round(Date.now() - performance.now());
  const stamp = (): Stamp => {
    const wall = Date.now();
    return { boot, mono: monoTime(wall - offset), wall: wallTime(wall), trust: 'synced' };
  };
  const head = (seq: number) => ({ log, seq, boot, trust: 'synced', table: table.hash, offset }) as const;
  let latest: readonly Sample[] = [];
  const read = (seq: number): readonly Sample[] => {
    const { wall, mono } = stamp();
    latest = devices.map((_, column) => ({ column, wall, value: { quality: 'good', at: mono, value: seq / 1_000 } }));
    return latest;
  };
  return {
    log,
    table: encodePointTable(table),
    state: encodeGatewayState({
      name: `Village ${log}`,
      version: '0.1.0',
      boot,
      at: wallTime(Date.now()),
      clock: 'synced',
      riskLevel: 'normal',
      configVersion: 1,
      log,
      alarmBacklog: 0,
      telemetryBacklog: 0,
      buses: [{ id: 'street' }],
      devices: devices.map((id) => ({
        id,
        profile: lightProfile,
        name: '村口消火栓',
        place: '',
        bus: 'street',
        origin: 'file',
        health: 'ok',
      })),
    }),
    presence: (online) => encodePresence({ online, boot }),
    readings: (seq) => encodeTelemetry(head(seq), table, read(seq)),
    snapshot: (seq) => encodeSnapshot(head(seq), table, latest),
    alarm: (seq) => encodeAlarm({ log, seq, change: pressureLow(seq, stamp()) }),
    latest: () =>
      devices.map((device, i) => {
        const sample = latest[i];
        const value = sample?.value.quality === 'good' ? sample.value.value : undefined;
        return { device, points: sample && value !== undefined ? [['pressure', sample.wall, value]] : [] };
      }),
  };
}

/** A hydrant's pressure falls too low: a change as a gateway sends it. */
export const pressureLow = (occurrence: number, at: Stamp) =>
  ({
    device: deviceId('hydrant-1'),
    condition: 'low',
    kind: 'supervisory',
    event: 'raised',
    phase: 'active-unacked',
    occurrence,
    at,
    cause: {
      point: 'pressure',
      value: 0.12,
      test: 'below',
      limit: 0.14,
      unit: 'MPa',
      onDelay: millis(5_000),
      rule: 'pressure below 0.14 MPa for 5 s',
      held: millis(5_000),
      source: 'GB 50974-2014 7.2.8',
    },
  }) as const;
