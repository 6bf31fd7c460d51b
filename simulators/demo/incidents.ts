import type { Fengsui } from '../../sdk/index.ts';
import { FengsuiError } from '../../sdk/index.ts';
import type { Cast } from './cast.ts';
import type { Ledger } from './ledger.ts';
import { gateway, newcomer } from './site-file.ts';
import type { Watch } from './watch.ts';
import type { Word } from './words.ts';

/** What an incident may do and see. */
export type Stage = Pick<Watch, 'alarm' | 'until'> & {
  readonly cast: Cast;
  readonly fs: Fengsui;
  readonly ledger: Ledger;
  readonly siren: () => boolean;
  readonly tell: (text: string) => void;
  readonly pause: (ms: number) => Promise<void>;
};

export type Incident = { readonly name: Word; readonly play: (stage: Stage) => Promise<void> };

/** Each plays from a quiet village to a quiet village. */
export const incidents: readonly Incident[] = [
  { name: 'burst', play: burst },
  { name: 'smoke', play: smoke },
  { name: 'pressed', play: call },
  { name: 'provision', play: provision },
  { name: 'outage', play: outage },
  { name: 'crash', play: crash },
];

async function burst({ cast, alarm }: Stage): Promise<void> {
  const low = alarm('hydrant-7', 'low', 'raised', 20_000);
  await cast.order({ do: 'burst', pipe: 'main-10-11' });
  await low;
  const over = alarm('hydrant-7', 'low', 'cleared', 20_000);
  await cast.order({ do: 'repair' });
  await over;
}

async function smoke({ cast, fs, ledger, alarm, until, siren, tell }: Stage): Promise<void> {
  const fire = alarm('smoke-kitchen', 'smoke', 'raised');
  const at = await cast.order({ do: 'trip-smoke', slot: 0 });
  const raised = await fire;
  ledger.field(Date.now() - at);
  await until('the siren sounds', siren);
  tell('siren on');
  await fs.alarms.ack({ gateway, device: 'smoke-kitchen', condition: 'smoke', occurrence: raised.alarm.occurrence });
  await cast.order({ do: 'clear-smoke', slot: 0 });
  await resetAlarm({ cast, fs, alarm, until, siren }, 'smoke-kitchen', 'smoke');
}

async function call({ cast, fs, ledger, alarm, until, siren }: Stage): Promise<void> {
  const called = alarm('call', 'pressed', 'raised');
  const at = await cast.order({ do: 'press-call' });
  await called;
  ledger.field(Date.now() - at);
  await until('the siren sounds', siren);
  await cast.order({ do: 'release-call' });
  await resetAlarm({ cast, fs, alarm, until, siren }, 'call', 'pressed');
}

async function provision({ fs, until, tell }: Stage): Promise<void> {
  const hydrant = { gateway, bus: 'water', profile: 'generic/municipal-hydrant', name: '8 号消火栓' } as const;
  const wrong = await fs.devices.provision({ ...hydrant, id: newcomer.id, unit: 3 }).then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!FengsuiError.is(wrong, 'INVALID')) throw new Error(`a unit that is taken was not refused: ${String(wrong)}`);
  tell(wrong.message);
  const { device } = await fs.devices.provision({ ...hydrant, id: newcomer.id, unit: newcomer.unit });
  await until('the new hydrant has a pressure', () => device.latest().pressure.quality === 'good');
  const { value, unit } = device.latest().pressure;
  tell(`${newcomer.id}: ${value?.toFixed(3)} ${unit}`);
  await fs.devices.remove({ gateway, device: newcomer.id });
  await until('the new hydrant is gone', () => fs.devices.list({ gateway }).every((d) => d.device !== newcomer.id));
}

async function outage(stage: Stage): Promise<void> {
  const { cast, fs, ledger, alarm, until, siren, pause } = stage;
  ledger.cut(Date.now());
  await cast.stopBroker();
  const fire = alarm('smoke-bedroom', 'smoke', 'raised', 60_000);
  const mainsLost = alarm('mains', 'mains-lost', 'raised', 60_000);
  const mainsBack = alarm('mains', 'mains-lost', 'cleared', 60_000);
  await cast.order({ do: 'trip-smoke', slot: 1 });
  await until('the siren sounds without a network', siren);
  await cast.order({ do: 'mains-off' });
  await pause(5_000);
  await cast.order({ do: 'mains-on' });
  await cast.order({ do: 'clear-smoke', slot: 1 });
  await pause(5_000);
  await cast.startBroker();
  ledger.restored(Date.now());
  await Promise.all([fire, mainsLost]);
  ledger.connected(Date.now());
  await drained(fs);
  await mainsBack;
  await resetAlarm(stage, 'smoke-bedroom', 'smoke');
}

async function crash(stage: Stage): Promise<void> {
  const { cast, alarm, ledger, until, fs } = stage;
  const fire = alarm('smoke-kitchen', 'smoke', 'raised');
  await cast.order({ do: 'trip-smoke', slot: 0 });
  await until('the siren sounds', stage.siren);
  await fire; // the siren does not wait for the disk: what is not stored yet, a kill may take with it
  ledger.cut(Date.now());
  await cast.killGateway();
  await cast.order({ do: 'clear-smoke', slot: 0 });
  await until('the gateway is known to be gone', () => !fs.gateways.get(gateway).link.online);
  const before = ledger.readings;
  cast.startGateway();
  ledger.restored(Date.now());
  await until('the gateway is online', () => fs.gateways.get(gateway).link.online, 30_000);
  ledger.connected(Date.now());
  await until(
    'the alarm is still latched',
    () => fs.devices.get({ gateway, device: 'smoke-kitchen' }).alarm === 'fire',
  );
  await resetAlarm(stage, 'smoke-kitchen', 'smoke');
  await until('readings come again', () => ledger.readings > before);
}

/** The gateway is asked itself: what it shows of itself may be a second old. */
async function drained(fs: Fengsui): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { alarmBacklog, telemetryBacklog } = await fs.gateways.status(gateway);
    if (alarmBacklog === 0 && telemetryBacklog <= 1) return; // one batch is always just being made
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the backlog was not drained within 20 s');
}

/** The next poll must have seen that the cause is gone, or the reset would be followed by a new alarm: so it is waited for. */
async function resetAlarm(
  stage: Pick<Stage, 'cast' | 'fs' | 'alarm' | 'until' | 'siren'>,
  device: string,
  condition: string,
): Promise<void> {
  const { fs, alarm, until, siren } = stage;
  const cause = (): string => JSON.stringify(Object.values(fs.devices.get({ gateway, device }).latest())[0]?.value);
  await until(`${device} is quiet again`, () => cause() === '"normal"' || cause() === 'false');
  const over = alarm(device, condition, 'reset');
  const standing = await fs.alarms.active({ gateway });
  const seen = standing.alarms.find((one) => one.device === device && one.condition === condition);
  if (!seen) throw new Error(`${device}/${condition} does not stand any more`);
  await fs.alarms.reset(seen);
  await over;
  await until('the siren is quiet', () => !siren());
}
