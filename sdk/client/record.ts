import type { AuditAct, HeardRecord, LinkageRecord, LinkageStep } from '../model/record.ts';
import { corrected, type RunClock } from '../model/run-clock.ts';
import type { ClockTrust } from '../model/time.ts';
import { wallOf } from './results.ts';

type Recorded = {
  readonly gateway: string;
  /** When it happened, by the gateway's clock. */
  readonly at: Date;
  /** How far `at` may be trusted. */
  readonly clock: ClockTrust;
  /** The gateway's clock was not right when it stamped this; `at` was worked out from when it was. */
  readonly isCorrected?: true;
};

/** What an output was told, and that it did it. `other`: a step of a later version. */
export type Linkage = Recorded & Omit<LinkageRecord, 'at' | 'step'> & { readonly step: LinkageStep | 'other' };

/** Who did what on the gateway; `act` tells what else there is. `other`: an act of a later version. */
export type Audit = Recorded & { readonly kind: 'audit' } & (AuditAct | { readonly act: 'other' });

/** What a gateway writes for the record, beside its alarms. `kind` tells them apart. */
export type GatewayRecord = Linkage | Audit;

/** @throws FengsuiError PROTOCOL when its time is none */
export function recordOf(gateway: string, record: HeardRecord, clocks: readonly RunClock[]): GatewayRecord {
  const { at: stamped, ...what } = record;
  const { wall, trust, isCorrected } = corrected(stamped, clocks);
  const recorded = {
    gateway,
    at: new Date(wallOf(wall, 'record time')),
    clock: trust,
    ...(isCorrected && { isCorrected }),
  };
  return { ...what, ...recorded };
}
