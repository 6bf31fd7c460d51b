import type { WallTime } from './time.ts';

/** How a device of the list has fared; `active`: tripped, and not restored yet. */
export type WalkTestStatus = 'untested' | 'active' | 'passed';

/** What is left of a walk test: who was tested, who was not, and how it ended. */
export type WalkTestReport = {
  readonly began: WallTime;
  readonly over: WallTime;
  readonly operator: string;
  readonly sounders: 'quiet' | 'chirp';
  /** `finished`: its time was over or all passed · `stopped`: by hand · `aborted`: by a real alarm. */
  readonly ended: 'finished' | 'stopped' | 'aborted';
  readonly why: string;
  readonly devices: readonly {
    readonly device: string;
    readonly status: 'untested' | 'passed';
    /** Condition that was tripped. */
    readonly condition?: string;
    readonly at?: WallTime;
  }[];
};

/** The walk test that runs, if one does, and the report of the last one that ended. */
export type WalkTestState = {
  readonly running?: {
    readonly began: WallTime;
    readonly leftMs: number;
    readonly operator: string;
    readonly sounders: 'quiet' | 'chirp';
    readonly devices: readonly { readonly device: string; readonly status: WalkTestStatus }[];
  };
  readonly report?: WalkTestReport;
};
