import * as fc from 'fast-check';
import { commandRisks, commandStates } from '../../../sdk/model/command.ts';
import { errorCodes } from '../../../sdk/model/errors.ts';
import { type AuditAct, linkageSteps, runEnds, type WrittenRecord } from '../../../sdk/model/record.ts';
import { clockTrusts, monoTime, wallTime } from '../../../sdk/model/time.ts';
import { commands } from '../../../sdk/wire/request.ts';

const text = fc.string({ maxLength: 40 });
const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/);
const ids = fc.array(id, { maxLength: 5 });
const count = fc.nat();
const at = fc.record({
  boot: count,
  mono: fc.maxSafeNat().map(monoTime),
  wall: fc.integer({ min: 0, max: 8.64e15 }).map(wallTime),
  trust: fc.constantFrom(...clockTrusts),
});
const both = <A extends object, B extends object>(must: fc.Arbitrary<A>, may: fc.Arbitrary<B>) =>
  fc.tuple(must, may).map(([a, b]) => ({ ...a, ...b }));
const optional = { requiredKeys: [] };

const linkage = both(
  fc.record({
    kind: fc.constant('linkage' as const),
    at,
    step: fc.constantFrom(...linkageSteps),
    device: id,
    point: text,
    on: fc.boolean(),
  }),
  fc.record(
    {
      causes: fc.array(text, { maxLength: 5 }),
      afterMs: fc.maxSafeNat(),
      why: text,
      isTest: fc.constant(true as const),
    },
    optional,
  ),
);
const value = fc.oneof(fc.boolean(), text, fc.integer(), fc.constant(null));
const seen = fc.array(fc.tuple(text, text, value), { maxLength: 3 });
const act: fc.Arbitrary<AuditAct> = fc.oneof(
  both(
    fc.record({
      act: fc.constant('command' as const),
      method: fc.constantFrom(...commands, 'receipt'),
      outcome: fc.constantFrom('done', ...commandStates, ...errorCodes),
      client: text,
      count,
    }),
    fc.record(
      {
        operator: text,
        device: text,
        condition: text,
        detail: text,
        audit: fc.stringMatching(/^[A-Za-z0-9_-]{16,64}$/),
        risk: fc.constantFrom(...commandRisks),
        before: seen,
        after: seen,
      },
      optional,
    ),
  ),
  fc.record({
    act: fc.constant('started' as const),
    version: text,
    configVersion: count,
    configHash: text,
    after: fc.constantFrom(...runEnds),
  }),
  fc.record({ act: fc.constant('stopped' as const), why: text }),
  fc.record({ act: fc.constant('configured' as const), configHash: text, added: ids, removed: ids, changed: ids }),
  fc.record({ act: fc.constant('clock-stepped' as const), byMs: fc.maxSafeInteger(), count }),
);

/** Whatever a record may hold. */
export const anyRecord: fc.Arbitrary<WrittenRecord> = fc.oneof(
  linkage,
  both(fc.record({ kind: fc.constant('audit' as const), at }), act),
);
