import type { PointValue } from '../../../sdk/model/point.ts';
import { monoTime } from '../../../sdk/model/time.ts';
import { readKey } from '../../bus/poll/poll-unit.ts';
import type { Reading } from '../../bus/reading.ts';
import { type PlacedPoint, readPoint } from '../../point/device-points.ts';
import type { SiteDevice } from '../config/site.ts';
import type { PlannedDevice, PlannedUnit } from './plan-bus.ts';

/** Points of one device that an answer brought. */
export type Told = { readonly device: SiteDevice; readonly values: readonly (readonly [string, PointValue])[] };

/** The last answers of one unit. */
export interface UnitAnswers {
  readonly plan: PlannedUnit;
  /** Takes the answer to a read of the plan, and gives the points whose words it holds. */
  take(read: number, answer: Reading): readonly Told[];
  /** The last answer to a read, by its key. */
  last(key: string): Reading | undefined;
}

/**
 * Called for every answer of every device: loops here, where others would map.
 * @param before what was known by an earlier plan of the same unit
 */
export function unitAnswers(plan: PlannedUnit, before?: UnitAnswers): UnitAnswers {
  const answers = lastAnswers(plan, before);
  const served = plan.reads.map((_, read) => plan.devices.flatMap((device) => pointsIn(device, read)));
  let isSilent = false;
  return {
    plan,
    take(read, answer) {
      // After a silence the other answers are no more than that silence.
      if (isSilent && isAnswered(answer)) for (const i of answers.keys()) answers[i] = neverRead;
      isSilent = !isAnswered(answer);
      answers[read] = answer;
      const told: Told[] = [];
      for (const { device, points } of served[read] ?? []) {
        const values: (readonly [string, PointValue])[] = [];
        for (const point of points) {
          if (isComplete(point, answers)) values.push([point.name, readPoint(point, answers)]);
        }
        if (values.length > 0) told.push({ device, values });
      }
      return told;
    },
    last: (key) => answers[plan.reads.findIndex((read) => readKey(read) === key)],
  };
}

const lastAnswers = ({ reads }: PlannedUnit, before: UnitAnswers | undefined): Reading[] =>
  reads.map((read) => before?.last(readKey(read)) ?? neverRead);

function pointsIn({ device, points }: PlannedDevice, read: number): readonly PlannedDevice[] {
  const own = points.filter(({ value }) => value.block === read);
  return own.length > 0 ? [{ device, points: own }] : [];
}

const neverRead: Reading = { ok: false, at: monoTime(0), why: 'never-read', detail: 'was not read yet' };

/** An exception is an answer, too. */
const isAnswered = (answer: Reading): boolean => answer.ok || answer.why === 'refused';

/** A value whose decimal places were not read yet is left for the next time. */
const isComplete = ({ value, decimals }: PlacedPoint, answers: readonly Reading[]): boolean =>
  decimals === undefined || answers[value.block]?.ok !== true || answers[decimals.block] !== neverRead;
