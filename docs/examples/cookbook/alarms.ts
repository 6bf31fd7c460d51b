import { type Alarm, explainAlarm, type Fengsui, FengsuiError, isHidden } from 'fengsui';

/** Everything that stands now, most urgent first; and who could not be asked: their alarms are not known, not absent. */
export async function whatStands(fs: Fengsui): Promise<readonly string[]> {
  const { alarms, unanswered } = await fs.alarms.active();
  return [
    ...alarms.map((alarm) => `${alarm.kind} ${alarm.device}: ${alarm.explained.en}`),
    ...unanswered.map(({ gateway, error }) => `? ${gateway}: ${error.message}`),
  ];
}

/** Stores each change of each alarm for good, once, and goes on after a restart where it was. */
export async function storeAlarms(fs: Fengsui, db: Database, signal: AbortSignal): Promise<void> {
  const from = await db.cursor();
  for await (const { alarm, change, commit, ...place } of fs.alarms.stream({ from, signal })) {
    await db.save(`${place.gateway}/${place.log}/${place.seq}`, `${change} ${alarm.device}`, place.cursor);
    await commit(); // only now the gateway lets go of it
  }
}
type Database = {
  readonly cursor: () => Promise<string | undefined>;
  /** Both in one transaction. */
  readonly save: (key: string, what: string, cursor: string) => Promise<void>;
};

/** A screen: it watches and commits nothing. Whether an alarm was taken over is for `storeAlarms` to say. */
export function openScreen(fs: Fengsui, show: (line: string) => void): { readonly close: () => void } {
  const stream = fs.alarms.stream();
  const showAll = async (): Promise<void> => {
    for await (const { change, alarm } of stream) show(`${change} ${alarm.device}`);
  };
  void showAll();
  return { close: () => stream.close() };
}

/** What a duty officer does about a fire, once somebody has looked. */
export async function dealWithFire(fs: Fengsui, fire: Alarm): Promise<string> {
  await fs.alarms.silence(fire); // the sounders; the next occurrence sounds again
  await fs.alarms.ack(fire); // a person has seen this very occurrence
  try {
    const { phase } = await fs.alarms.reset(fire); // fires latch until somebody resets them
    return phase;
  } catch (e) {
    // It came anew meanwhile: what nobody has seen is never reset.
    if (FengsuiError.is(e, 'CONFLICT')) return 'look again';
    throw e;
  }
}

/** Alarms of gateways whose disk takes nothing, which no stream can have: shown like all others, with nothing to commit. */
export async function withoutDisk(fs: Fengsui, show: (alarm: Alarm) => void): Promise<void> {
  for await (const alarm of fs.alarms.unstored()) show(alarm);
}

/** Keeps a nuisance quiet for two hours. A fire or a call is never hidden. */
export async function quietForTwoHours(fs: Fengsui, nuisance: Alarm, why: string): Promise<boolean> {
  await fs.alarms.shelve(nuisance, { minutes: 120, why });
  const { alarms } = await fs.alarms.active({ gateway: nuisance.gateway, hidden: true });
  const hidden = alarms.some((alarm) => alarm.device === nuisance.device && alarm.isHidden);
  await fs.alarms.lift(nuisance); // announced again; it would be by itself after two hours
  return hidden;
}

/** For repair: the condition, or the whole device. */
export async function duringRepair(fs: Fengsui, alarm: Alarm, work: () => Promise<void>): Promise<number> {
  await fs.alarms.disable(alarm, { why: 'the sensor is being changed' });
  await fs.alarms.takeOutOfService(alarm, { why: 'the sensor is being changed' });
  const { suppressed } = await fs.alarms.suppressed({ gateway: alarm.gateway });
  await work();
  await fs.alarms.returnToService(alarm);
  await fs.alarms.lift(alarm);
  return suppressed.length;
}

/** Why there is an alarm, in one sentence, for the screen of a duty officer. */
export const inWords = (alarm: Alarm): string => `${explainAlarm(alarm, 'zh')}${isHidden(alarm) ? '（已屏蔽）' : ''}`;
