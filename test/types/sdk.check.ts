import { defineProfile, profiles } from '../../device-profiles/index.ts';
import type { Authority, MadeClaim } from '../../sdk/authority/index.ts';
import {
  type Alarm,
  type AlarmKind,
  type AlarmUpdate,
  type Audit,
  connect,
  explainAlarm,
  type Fengsui,
  type GatewayRecord,
  isHidden,
  type Linkage,
  type LiveStream,
  type Paged,
  type RecordUpdate,
  type Summary,
} from '../../sdk/index.ts';

/** Compiled, never run: what the SDK promises to a compiler. Each `@ts-expect-error` fails the build if the line below it compiles. */

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const same = <A, B>(_claim: Same<A, B>): void => undefined;

const pump = defineProfile({
  id: 'acme/pump',
  name: { en: 'Pump', zh: '水泵' },
  source: 'invented for this check',
  settings: { limit: { default: 1, min: 0, max: 9, help: 'bar' } },
  points: {
    mode: { from: 'holding', at: 0, as: 'choice', of: { 0: 'auto', 1: 'manual' } },
    flow: { from: 'input', at: 1, as: 'u16', unit: '%', resolution: 1, range: [0, 100] },
    on: { from: 'coil', at: 0, as: 'bool' },
  },
  pollMs: 1_000,
  silenceMs: 10_000,
});

const address = { gateway: 'gw-1', device: 'd-1' };
declare const authority: Authority;

export async function builtIn(signal: AbortSignal): Promise<void> {
  await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', signal });
  same<typeof fs, Fengsui>(true);

  const { pressure } = fs.devices.get(address).as('generic/municipal-hydrant').latest();
  same<typeof pressure.value, number | undefined>(true);
  same<typeof pressure.unit, 'MPa'>(true);
  if (pressure.quality === 'good') same<typeof pressure.value, number>(true);

  const smoke = fs.devices.get(address).as('generic/wireless-smoke-alarm').latest();
  same<typeof smoke.status.value, 'normal' | 'smoke' | 'test' | 'fault' | undefined>(true);
  same<typeof smoke.status.unit, undefined>(true);
  // @ts-expect-error: the profile has no such point
  void smoke.pressure;
  // @ts-expect-error: a misspelt profile
  fs.devices.get(address).as('generic/municipal-hydrants');
  same<typeof pressure.isCorrected, true | undefined>(true);
  // @ts-expect-error: values can only be read
  pressure.value = 3;

  for await (const reading of fs.telemetry.stream({ profile: 'generic/wireless-smoke-alarm' }, { signal })) {
    if (reading.point === 'status') same<typeof reading.value, 'normal' | 'smoke' | 'test' | 'fault' | undefined>(true);
    if (reading.point === 'age') same<typeof reading.unit, 's'>(true);
  }
  for await (const summary of fs.telemetry.summaries({ profile: 'generic/wireless-smoke-alarm' }, { signal })) {
    if (summary.point === 'status') same<typeof summary.last, 'normal' | 'smoke' | 'test' | 'fault' | undefined>(true);
    if (summary.point === 'age') same<typeof summary.unit, 's'>(true);
    same<typeof summary.mean, number | undefined>(true);
    // @ts-expect-error: a summary is no reading
    void summary.value;
  }
  // @ts-expect-error: a misspelt profile
  fs.telemetry.summaries({ profile: 'generic/wireless-smoke-alarms' });
  const hydrant = fs.devices.get(address).as('generic/municipal-hydrant');
  const history = fs.telemetry.history(hydrant, { points: ['pressure'], from: new Date(0), to: new Date() });
  for (const row of await history.all({ max: 10 })) same<typeof row.point, 'pressure'>(true);
  // @ts-expect-error: the device has no such point
  fs.telemetry.history(hydrant, { points: ['flow'], from: new Date(0), to: new Date() });
  const hours = { from: new Date(0), to: new Date(), every: 3_600_000 };
  for (const bucket of await fs.telemetry.history(hydrant, { ...hours, points: ['pressure'] }).all({ max: 10 })) {
    same<typeof bucket.point, 'pressure'>(true);
    same<typeof bucket.unit, 'MPa'>(true);
    same<typeof bucket.last, number | undefined>(true);
  }
  const alarm = fs.devices.get(address).as('generic/wireless-smoke-alarm');
  for await (const bucket of fs.telemetry.history(alarm, hours))
    if (bucket.point === 'status') same<typeof bucket.last, 'normal' | 'smoke' | 'test' | 'fault' | undefined>(true);
  // @ts-expect-error: everything at once needs a limit
  await history.all();

  const provisioned = await fs.devices.provision({
    gateway: 'gw-1',
    id: 'h-2',
    bus: 'rs485',
    unit: 2,
    profile: 'generic/municipal-hydrant',
    name: 'two',
    settings: { low: 0.2 },
  });
  same<ReturnType<typeof provisioned.device.latest>['pressure']['unit'], 'MPa'>(true);
  await fs.devices.provision({
    gateway: 'gw-1',
    id: 'h-2',
    bus: 'rs485',
    unit: 2,
    name: 'two',
    profile: 'generic/municipal-hydrant',
    // @ts-expect-error: the profile has no such setting
    settings: { lowest: 0.2 },
  });
  // @ts-expect-error: a gateway is needed
  await fs.devices.provision({ id: 'h-2', bus: 'rs485', unit: 2, profile: 'generic/municipal-hydrant', name: 'two' });

  await wishes(fs);
  for await (const update of fs.alarms.stream({ signal })) {
    same<typeof update, AlarmUpdate>(true);
    await fs.alarms.ack(update.alarm);
    // @ts-expect-error: an occurrence is needed, or a newer alarm might be acknowledged unseen
    await fs.alarms.ack({ gateway: 'gw-1', device: 'd-1', condition: 'low' });
  }
  for await (const update of fs.alarms.stream({ records: true, signal })) {
    same<typeof update, AlarmUpdate | RecordUpdate>(true);
    // @ts-expect-error: it may be a record
    update.alarm satisfies object;
    if ('record' in update) same<typeof update.record, GatewayRecord>(true);
    else update.alarm satisfies Alarm;
    await update.commit();
  }
  for await (const record of fs.records.stream({ kind: 'linkage', gateway: 'gw-1' }, { signal })) {
    same<typeof record, Linkage>(true);
    record.afterMs satisfies number | undefined;
    // @ts-expect-error: a linkage has no operator
    record.operator satisfies unknown;
  }
  for await (const record of fs.records.stream({ kind: 'audit' })) {
    same<typeof record, Audit>(true);
    if (record.act === 'command') record.operator satisfies string | undefined;
    if (record.act === 'started') same<typeof record.after, 'nothing' | 'stop' | 'failure'>(true);
  }
  fs.records.stream() satisfies LiveStream<GatewayRecord>;
  // @ts-expect-error: there is no such kind
  fs.records.stream({ kind: 'alarm' });
  await dutyDesk(fs);
  // @ts-expect-error: there is no such event
  fs.on('alarm', () => undefined);
  fs.on('gap', (gap) => {
    same<typeof gap.lane, 'alarm' | 'telemetry'>(true);
    if (gap.reason === 'summarised') same<typeof gap.every, number>(true);
    if (gap.reason === 'evicted') same<typeof gap.until, Date>(true);
    if (gap.reason === 'taken-elsewhere') same<typeof gap.lane, 'alarm'>(true);
    // @ts-expect-error: when the readings were is not known of every gap
    void gap.since;
    // @ts-expect-error: there is no such reason
    void (gap.reason === 'lost');
  });
}

async function wishes(fs: Fengsui): Promise<void> {
  const device = {
    gateway: 'gw-1',
    id: 'h-2',
    bus: 'rs485',
    unit: 2,
    name: 'two',
    profile: 'generic/municipal-hydrant',
  } as const;
  const { sync, version } = await fs.devices.provision(device, { idempotencyKey: 'row-2', ifVersion: 3 });
  same<typeof sync, 'in-sync' | 'pending' | 'waiting-for-gateway' | 'rejected'>(true);
  version satisfies number;
  // @ts-expect-error: a misspelt profile
  await fs.devices.provision({ ...device, profile: 'generic/municipal-hydrants' });
  // @ts-expect-error: a unit is a number
  await fs.devices.provision({ ...device, unit: '2' });

  for await (const result of fs.devices.provisionMany([device], { dryRun: true })) {
    if (!result.ok) result.error.code satisfies string;
    // @ts-expect-error: it is known only of a dry run who has checked
    void result.checkedBy;
  }
  // @ts-expect-error: of many, each has a version of its own
  fs.devices.provisionMany([device], { ifVersion: 3 });
  // @ts-expect-error: a device without a gateway
  fs.devices.provisionMany([{ id: 'h-2', bus: 'b', name: 'x', profile: 'generic/siren', line: 1 }]);

  const hydrant = fs.devices.get(address).as('generic/municipal-hydrant');
  const updated = await fs.devices.update(hydrant, { name: 'new', settings: { low: 0.2 } });
  same<ReturnType<typeof updated.device.latest>['pressure']['unit'], 'MPa'>(true);
  // @ts-expect-error: the profile has no such setting
  await fs.devices.update(hydrant, { settings: { lowest: 0.2 } });
  // @ts-expect-error: a device stays of its profile
  await fs.devices.update(hydrant, { profile: 'generic/siren' });
  // @ts-expect-error: an address has no etag, and would overwrite what somebody else has changed
  await fs.devices.update(address, { name: 'new' });
  await fs.devices.remove(address, { reason: 'sold', etag: hydrant.etag });
  await fs.devices.whenSynced('gw-1', { timeoutMs: 60_000 });
  await fs.devices.whenSynced(hydrant);
  for await (const { type, device: seen } of fs.devices.watch({ health: 'fault' })) {
    same<typeof type, 'added' | 'updated' | 'removed' | 'health'>(true);
    seen.as('generic/siren').latest().sounding satisfies object;
  }
  fs.on('conflict', ({ gateway, device: of, kept }) => {
    same<typeof kept, 'on-site' | 'platform'>(true);
    void [gateway, of];
  });

  const { state } = await fs.gateways.register({ id: 'gw-2', town: '001', name: 'East' });
  same<typeof state, 'claimable' | 'enrolled' | 'decommissioned' | 'unregistered' | undefined>(true);
  const { claim } = await fs.gateways.enroll({ id: 'gw-3', town: '001', name: 'West', hours: 72 }, authority);
  same<typeof claim, MadeClaim>(true);
  // @ts-expect-error: who makes the code has to be said
  await fs.gateways.enroll({ id: 'gw-3', town: '001', name: 'West' });
  // @ts-expect-error: no gateway is taken out of use without a reason
  await fs.gateways.decommission('gw-2', {});
}

async function dutyDesk(fs: Fengsui): Promise<void> {
  const [alarm] = (await fs.alarms.active({ gateway: 'gw-1', hidden: true })).alarms;
  if (!alarm) return;
  same<typeof alarm, Alarm>(true);
  same<typeof alarm.kind, AlarmKind | 'other'>(true);
  same<typeof alarm.explained.zh, string>(true);
  explainAlarm(alarm, 'zh') satisfies string;
  isHidden(alarm) satisfies boolean;
  if (alarm.suppression) same<typeof alarm.suppression.until, Date | undefined>(true);
  if (alarm.cause.test === 'below') alarm.cause.limit satisfies number | string | boolean | undefined;
  // @ts-expect-error: alarms can only be read
  alarm.silenced = true;

  for await (const unstored of fs.alarms.unstored()) same<typeof unstored, Alarm>(true);
  await fs.alarms.reset(alarm, { operator: 'Li', timeoutMs: 5_000 });
  // @ts-expect-error: an occurrence is needed, or a newer fire might be reset unseen
  await fs.alarms.reset({ gateway: 'gw-1', device: 'd-1', condition: 'smoke' });
  await fs.alarms.shelve(alarm, { minutes: 30, why: 'pump test' });
  // @ts-expect-error: nothing is shelved without an end
  await fs.alarms.shelve(alarm, { why: 'pump test' });
  // @ts-expect-error: nothing is disabled without a reason
  await fs.alarms.disable(alarm, {});
  await fs.alarms.takeOutOfService(address, { why: 'repair' });
  await fs.alarms.returnToService(alarm);
  // @ts-expect-error: a condition is lifted, a device is returned to service
  await fs.alarms.lift(address);

  const test = { gateway: 'gw-1', minutes: 30, sounders: 'chirp' } as const;
  await fs.walkTests.start({ ...test, zone: 'ground' });
  await fs.walkTests.start({ ...test, devices: ['d-1'] });
  // @ts-expect-error: either a zone or devices
  await fs.walkTests.start({ ...test, zone: 'ground', devices: ['d-1'] });
  // @ts-expect-error: nothing to test
  await fs.walkTests.start(test);
  const { running, report } = await fs.walkTests.state({ gateway: 'gw-1' });
  running?.began satisfies Date | undefined;
  report?.devices[0]?.at satisfies Date | undefined;

  const { levels } = await fs.gateways.setRiskLevel({ level: 'heightened', why: 'holiday' });
  same<(typeof levels)[number]['level'], 'normal' | 'heightened' | 'severe'>(true);
  // @ts-expect-error: there is no such level
  await fs.gateways.setRiskLevel({ level: 'high', why: 'holiday' });
}

export async function thirdParty(): Promise<void> {
  await using fs = await connect({ url: 'mqtt://127.0.0.1:1883', district: '330603', profiles: [...profiles, pump] });
  const { mode, flow, on } = fs.devices.get(address).as('acme/pump').latest();
  same<typeof mode.value, 'auto' | 'manual' | undefined>(true);
  same<typeof flow.unit, '%'>(true);
  same<typeof on.value, boolean | undefined>(true);
  fs.devices.get(address).as('generic/siren').latest().sounding satisfies { value: boolean | undefined };
  // @ts-expect-error: of no profile that was given
  fs.devices.get(address).as('acme/pumps');
}

export async function withoutProfile(fs: Fengsui): Promise<void> {
  const latest = fs.devices.get(address).latest();
  same<(typeof latest)[string]['value'], number | string | boolean | undefined>(true);
  const stream = fs.telemetry.stream();
  stream satisfies LiveStream<{ point: string }>;
  fs.telemetry.summaries() satisfies LiveStream<Summary>;
  fs.telemetry.history(address, { from: new Date(0), to: new Date() }) satisfies Paged<{ point: string }>;
}
