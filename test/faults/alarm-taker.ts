import { connect, ed25519Signer } from '../../sdk/index.ts';
import { type AlarmField, isStep, stepAt } from './alarm-field.ts';

/** A platform's application that commits every change and record it is told of. */
export type AlarmTaker = {
  /** Numbers of alarm changes in the order in which they came. */
  readonly seqs: readonly number[];
  /** Those of records, too. */
  readonly numbers: readonly number[];
  /** Conditions of which the journal is degraded, as they came: `raised`, `cleared`. */
  readonly ofItself: readonly string[];
  degraded(): string | undefined;
  verdict(): Verdict;
  close(): Promise<void>;
};

export type Verdict = {
  readonly lost: number;
  /** Told twice, or never happened. */
  readonly repeated: number;
  readonly reordered: number;
  /** Which conditions, for the report. */
  readonly notes: readonly string[];
};

export async function alarmTaker(url: string, privateKey: string, field: AlarmField): Promise<AlarmTaker> {
  const fs = await connect({ url, district: '330603', signer: ed25519Signer({ keyId: 'trial', privateKey }) });
  const seqs: number[] = [];
  const numbers: number[] = [];
  const ofItself: string[] = [];
  const told = new Map<string, string[]>([...field.truth.keys()].map((key) => [key, []]));
  const reading = (async () => {
    for await (const update of fs.alarms.stream({ records: true })) {
      const { seq, commit } = update;
      numbers.push(seq);
      if ('record' in update) {
        await commit();
        continue;
      }
      const { alarm, change } = update;
      seqs.push(seq);
      const key = `${alarm.device}/${alarm.condition}`;
      const steps = told.get(key);
      if (steps) {
        steps.push(change);
        field.seen(key, steps.length);
      } else if (alarm.condition === 'journal-degraded') ofItself.push(change);
      await commit();
    }
  })();
  return {
    seqs,
    numbers,
    ofItself,
    degraded: () => fs.gateways.list()[0]?.report?.degraded,
    verdict: () => judged(field, told, numbers),
    async close() {
      await fs.close();
      await reading;
    },
  };
}

function judged(field: AlarmField, told: ReadonlyMap<string, readonly string[]>, numbers: readonly number[]): Verdict {
  let lost = 0;
  let repeated = numbers.length - new Set(numbers).size;
  let reordered = numbers.filter((seq, i) => i > 0 && seq < (numbers[i - 1] ?? 0)).length;
  const notes: string[] = [];
  for (const [key, { happened }] of field.truth) {
    const steps = told.get(key) ?? [];
    const foreign = steps.filter((step) => !isStep(step)).length;
    const misplaced = steps.filter((step, i) => isStep(step) && step !== stepAt(i)).length;
    lost += Math.max(0, happened - steps.length);
    repeated += Math.max(0, steps.length - happened) + foreign;
    reordered += misplaced;
    if (steps.length !== happened || foreign + misplaced > 0)
      notes.push(`${key}: ${happened} changes, told ${steps.join(' ')}`);
  }
  return { lost, repeated, reordered, notes };
}
