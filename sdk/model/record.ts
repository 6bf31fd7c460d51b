import type { CommandRisk } from './command.ts';
import type { Scalar } from './point.ts';
import type { Stamp } from './time.ts';

/**
 * How far a switch of an output has come: `switched`, it was told; `not-written`, it could not be told; `proven`, it was
 * read back; `effective`, what it moves has arrived, such as the end switch of a barrier. That an output does not follow,
 * or moves nothing, is an alarm of its own (`not-following`, `end-not-reached`). Position is the wire value: append only.
 */
export const linkageSteps = ['switched', 'proven', 'effective', 'not-written'] as const;
export type LinkageStep = (typeof linkageSteps)[number];

/** What an output was told, and that it did it: the proof of cause and effect. */
export type LinkageRecord = {
  readonly kind: 'linkage';
  readonly at: Stamp;
  readonly step: LinkageStep;
  /** The output: a device and the point of it that is switched. */
  readonly device: string;
  readonly point: string;
  readonly on: boolean;
  /** The conditions that it follows, as `device/condition`, at most {@link mostCauses}; none when it is switched off. */
  readonly causes?: readonly string[];
  /** Since it was told, ms. */
  readonly afterMs?: number;
  /** Why it could not be told. */
  readonly why?: string;
  /** A walk test lets it sound shortly; there is no alarm. */
  readonly isTest?: true;
};

/** Of a storm, so many causes say enough. */
export const mostCauses = 16;
/** So many device ids of each list, at most, are told of a changed configuration. */
export const mostListed = 100;

/** How the run before this one ended; `nothing`: it is the first of this journal. */
export const runEnds = ['nothing', 'stop', 'failure'] as const;
export type RunEnd = (typeof runEnds)[number];

/** Somebody asked the gateway to change something. */
export type CommandAct = {
  readonly act: 'command';
  /** E.g. `provision`, or `receipt` for a receipt that was refused. */
  readonly method: string;
  /** `done`, or the code of the refusal, e.g. `FORBIDDEN`; of a command to a device also its state, e.g. `verified`. */
  readonly outcome: string;
  /** The program that asked, by the name that it gives itself. */
  readonly client: string;
  /** Absent where no known key has signed: then nobody knows who it was. */
  readonly operator?: string;
  readonly device?: string;
  readonly condition?: string;
  /** What was asked or why it was refused, in words, at most 200 characters. */
  readonly detail?: string;
  /** How often, for refusals that repeat: this is the last of them, and the others are told by it alone. */
  readonly count: number;
  /** Of a command to a device that was taken up: the id under which its receipt is asked for. */
  readonly audit?: string;
  readonly risk?: CommandRisk;
  /** What was seen of the device, before and after. */
  readonly before?: readonly SeenRow[];
  readonly after?: readonly SeenRow[];
};

/** A point as it was; null when it could not be read. */
export type SeenRow = readonly [device: string, point: string, value: Scalar | null];

/** What an inspector would look for in the life of a gateway. */
export type AuditAct =
  | CommandAct
  | {
      readonly act: 'started';
      readonly version: string;
      /** Of the devices that the platform added. */
      readonly configVersion: number;
      /** SHA-256 of the configuration file, hex. */
      readonly configHash: string;
      readonly after: RunEnd;
    }
  /** In order; a gateway that was killed, or lost its power, leaves none. */
  | { readonly act: 'stopped'; readonly why: string }
  /** The configuration file is not that of the run before. Ids of devices; where only other things changed there are none. */
  | {
      readonly act: 'configured';
      readonly configHash: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      readonly changed: readonly string[];
    }
  /** The host's wall clock was set, forward or back; with `count` above 1, the last of so many within a minute or more. */
  | { readonly act: 'clock-stepped'; readonly byMs: number; readonly count: number };

/** Who did what on this gateway. */
export type AuditRecord = { readonly kind: 'audit'; readonly at: Stamp } & AuditAct;

/** What a gateway writes beside its alarm changes, in the same lane and order, for the record. */
export type WrittenRecord = LinkageRecord | AuditRecord;

/** As a reader takes it, who may be older than the gateway. */
export type HeardRecord =
  | (Omit<LinkageRecord, 'step'> & { readonly step: LinkageStep | 'other' })
  | AuditRecord
  | { readonly kind: 'audit'; readonly at: Stamp; readonly act: 'other' };
