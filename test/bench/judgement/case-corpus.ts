import { burstCases } from './burst-cases.ts';
import { contactCases } from './contact-cases.ts';
import { electricalCases } from './electrical-cases.ts';
import type { JudgementCase } from './judgement-case.ts';
import { lineCases } from './line-cases.ts';
import { operatorCases } from './operator-cases.ts';
import { outageCases } from './outage-cases.ts';
import { restartCases } from './restart-cases.ts';
import { sensorCases } from './sensor-cases.ts';
import { smokeCases } from './smoke-cases.ts';
import { tankCases } from './tank-cases.ts';
import { waterCases } from './water-cases.ts';
import { zoneCases } from './zone-cases.ts';

/** Every case, by theme. */
export const caseCorpus: readonly JudgementCase[] = [
  ...burstCases,
  ...waterCases,
  ...tankCases,
  ...sensorCases,
  ...lineCases,
  ...outageCases,
  ...smokeCases,
  ...zoneCases,
  ...operatorCases,
  ...electricalCases,
  ...contactCases,
  ...restartCases,
];
