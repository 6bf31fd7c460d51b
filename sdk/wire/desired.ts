import { FengsuiError } from '../model/errors.ts';
import type { Cbor } from './cbor.ts';
import type { DeviceSpec } from './methods.ts';
import { type Fields, mapOf } from './parse.ts';
import type { Data } from './request.ts';

/**
 * What has become of a desired version. `trial`: it is in force while the gateway watches whether its buses bear it.
 * `rejected`: nothing of it is in force, the list before it is. Position is the wire value: append only.
 */
export const syncs = ['in-sync', 'trial', 'rejected'] as const;
export type Sync = (typeof syncs)[number];

/** The whole list of devices that the platform wants, but for those of the site's file. */
export type ApplyParams = {
  /** From 1; grows with each list. The one taken last is answered with what became of it. */
  readonly version: number;
  readonly devices: readonly DeviceSpec[];
  /** The version that this list was made from: refused with CONFLICT when the gateway took another one last. */
  readonly ifBase?: number;
  /** Checks all and changes nothing. */
  readonly dryRun?: boolean;
  /** How long the gateway watches its buses before the list is kept; {@link leastTrialMs} to {@link mostTrialMs}. */
  readonly trialMs?: number;
};
export const leastTrialMs = 1_000;
export const mostTrialMs = 600_000;
/** What is wrong, or, of a list that is kept, what does not answer yet. */
export type DesiredProblem = {
  readonly device?: string;
  /** The field, e.g. `settings.slot`; empty where the device or the list as a whole is meant. */
  readonly path: string;
  readonly message: string;
};
/** Somebody on site and the platform changed the same. */
export type DesiredConflict = {
  readonly device: string;
  /** E.g. `name`, `settings.slot`, or `address` for bus, unit and line together; absent where one has removed the device. */
  readonly field?: string;
  /** What was changed on site; null where it was removed or left out there. */
  readonly onSite: Data;
  /** What the platform wanted; null where it removed it or left it out. */
  readonly platform: Data;
  /** Which of the two is in force. */
  readonly kept: 'on-site' | 'platform';
  /** The desired version that met it. */
  readonly version: number;
};
export type ApplyResult = {
  /** The version that this is about. */
  readonly version: number;
  /** Of a dry run: what it would come to at first. */
  readonly sync: Sync;
  readonly problems: readonly DesiredProblem[];
  readonly conflicts: readonly DesiredConflict[];
  /** So many problems and conflicts more are not told here; `config` tells all conflicts. */
  readonly leftOut?: number;
};

/** `after`: the `next` of the page before. */
export type ConfigParams = { readonly after?: string };
/** `file`: the site's own. `local`: added on site by `fengsui device`. */
export type ListedDevice = DeviceSpec & { readonly origin: 'file' | 'platform' | 'local' };
/** By the ids of the devices; each page with the conflicts of its devices. Start anew when `configVersion` differs between pages. */
export type ConfigPage = {
  readonly configVersion: number;
  readonly desired: DesiredState;
  readonly devices: readonly ListedDevice[];
  readonly conflicts: readonly DesiredConflict[];
  readonly next?: string;
};

export type DesiredState = {
  /** The version taken last, whatever became of it; 0: none yet. */
  readonly version: number;
  readonly sync: Sync;
  /** Grows by one with each change that is made on site. */
  readonly localVersion: number;
  /** Why it was rejected, or what does not answer, at most {@link longestProblem} characters. */
  readonly problem?: string;
};
export const longestProblem = 200;

const key = { version: 1, sync: 2, localVersion: 3, problem: 4 } as const;

/** Checked against docs/contract/fengsui.cddl. */
export { key as desiredKeys };

export const desiredCbor = (d: DesiredState): Cbor =>
  mapOf([
    [key.version, d.version],
    [key.sync, syncs.indexOf(d.sync)],
    [key.localVersion, d.localVersion],
    [key.problem, d.problem?.slice(0, longestProblem)],
  ]);

/** A sync of a later version is read as `trial`: neither settled nor refused. @throws FengsuiError PROTOCOL */
export function readDesired(fields: Fields): DesiredState {
  const problem = fields.has(key.problem) ? fields.text(key.problem) : undefined;
  if (problem !== undefined && problem.length > longestProblem)
    throw new FengsuiError('PROTOCOL', `desired: a problem has at most ${longestProblem} characters`);
  return {
    version: fields.count(key.version),
    sync: fields.oneOr(key.sync, syncs, 'trial'),
    localVersion: fields.count(key.localVersion),
    ...(problem !== undefined && { problem }),
  };
}
