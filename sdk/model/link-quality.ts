/** What was counted on a line since the gateway started. */
export type LinkCounts = {
  readonly requests: number;
  readonly answers: number;
  readonly timeouts: number;
  readonly crcErrors: number;
  /** Requests that the device refused with an exception. */
  readonly exceptions: number;
  /** Intact frames that fitted no request at all: another unit, function or length. */
  readonly foreign: number;
  /** Intact frames that came after the time of their request was over. */
  readonly late: number;
};

/** From the end of a request to the first byte of its answer, over the last answers. */
export type Turnaround = { readonly p50Ms: number; readonly p99Ms: number };

/**
 * How a unit behaves: `silent`: no answer · `refusing`: answers with exceptions · `garbled`: what comes is damaged or fits
 * nothing · `other-device`: what answers is not what its profile says.
 */
export const unitStates = ['unknown', 'answering', 'silent', 'refusing', 'garbled', 'other-device'] as const;
export type UnitState = (typeof unitStates)[number];

export type UnitQuality = LinkCounts & {
  readonly unit: number;
  readonly state: UnitState;
  /** Absent before the first answer. */
  readonly turnaround?: Turnaround;
};

/** How well a bus does: figures for people and metrics; nothing is decided by them. */
export type BusQuality = LinkCounts & {
  /** Share of time the line was in use over the last minute, silences and waiting for answers included, 0 to 1. */
  readonly utilisation: number;
  readonly turnaround?: Turnaround;
  readonly units: readonly UnitQuality[];
};
