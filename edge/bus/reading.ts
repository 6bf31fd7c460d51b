import type { Doubt, Loss } from '../../sdk/model/point.ts';
import type { MonoTime } from '../../sdk/model/time.ts';

export type Table = 'holding' | 'input' | 'coil' | 'discrete';

/** One read request: `count` registers or bits of one table of one unit. Addresses are zero-based. */
export type Block = {
  readonly unit: number;
  readonly table: Table;
  readonly address: number;
  readonly count: number;
};

/** Who goes first on a line, most urgent first. */
export const urgencies = ['command', 'alarm', 'supervision', 'telemetry', 'scan'] as const;
export type Urgency = (typeof urgencies)[number];

/** Raw registers (0–65535), or bits as 0 and 1. */
export type Words = readonly number[];

/** What the field said, or how it failed to. Failures are data: one sick device must not stop the rest. */
export type Reading = { readonly at: MonoTime } & (
  | { readonly ok: true; readonly words: Words; readonly doubt?: Doubt }
  | {
      readonly ok: false;
      readonly why: Loss;
      readonly detail: string;
      /** The code with which this very read was refused: Modbus Application Protocol V1.1b3, clause 7. */
      readonly exception?: number;
    }
);
