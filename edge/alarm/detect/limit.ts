import type { PointValue } from '../../../sdk/model/point.ts';
import type { Detector } from './detector.ts';

export type Limit = { readonly limit: number; readonly deadband: number; readonly evenDoubtful: boolean };

/** Below a limit; once active, until the limit and the deadband are reached. */
export function below({ limit, deadband, evenDoubtful }: Limit): Detector {
  const over = plain(limit + deadband);
  return {
    holds: (value, held) => {
      const number = numberIn(value, evenDoubtful);
      return number === undefined ? undefined : number < (held ? over : limit);
    },
  };
}

/** Above a limit; once active, until the deadband below the limit is reached. */
export function above({ limit, deadband, evenDoubtful }: Limit): Detector {
  const over = plain(limit - deadband);
  return {
    holds: (value, held) => {
      const number = numberIn(value, evenDoubtful);
      return number === undefined ? undefined : number > (held ? over : limit);
    },
  };
}

/** 0.14 + 0.01 is 0.15 and not 0.15000000000000002, which no value of 0.15 would ever reach. */
const plain = (sum: number): number => Number(sum.toPrecision(12));

function numberIn(value: PointValue, evenDoubtful: boolean): number | undefined {
  const counts = value.quality === 'good' || (evenDoubtful && value.quality === 'doubtful');
  return counts && typeof value.value === 'number' && !Number.isNaN(value.value) ? value.value : undefined;
}
