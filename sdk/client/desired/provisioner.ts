import type { DeviceSpec } from '../../wire/methods.ts';
import type { CallOptions } from '../time-limit.ts';
import type { SpecProblem } from './check-spec.ts';
import type { SyncState } from './sync.ts';

/** What became of a change. */
export type Placed = {
  /**
   * With a store: the version of what is wanted of the gateway. Without one: the version of the gateway's device list.
   * Either can be given as `ifVersion` of the next change.
   */
  readonly version: number;
  /** Without a store `in-sync` always: the call has waited for the gateway. */
  readonly sync: SyncState;
};

export type ChangeOptions = CallOptions & {
  /** Refuses with CONFLICT when the version is another by now; see {@link Placed}. */
  readonly ifVersion?: number | undefined;
  /**
   * Names this change: given again with the same key, it gets the first result again and changes nothing. Kept for seven
   * days by the store; without a store it has no effect.
   */
  readonly idempotencyKey?: string | undefined;
  /** The person who acts; the client's `operator` unless given. */
  readonly operator?: string | undefined;
};

/** Devices to be added or changed, or one to be taken away. `why` goes into the audit. */
export type Edit =
  | { readonly put: readonly DeviceSpec[]; readonly etag?: string | undefined }
  | { readonly remove: string; readonly etag?: string | undefined; readonly why?: string | undefined };

/** A device as it is wanted, and what guards a change of it. */
export type Wanted = { readonly spec: DeviceSpec; readonly etag: string };

/** What a list of devices would come to. */
export type Trial = {
  /** `gateway`: it has checked them beside all that it has. `profile`: it is offline; only the profile has spoken. */
  readonly checkedBy: 'gateway' | 'profile';
  /** Without `device`: of the list as a whole. */
  readonly problems: readonly (SpecProblem & { readonly device?: string })[];
};

/** How changes of devices reach a gateway: by way of the store, or straight. Every method rejects with a FengsuiError. */
export interface Provisioner {
  /** Whether devices that are changed together are changed all or none. Without a store they go one after the other. */
  readonly isTransaction: boolean;
  readonly change: (gateway: string, edit: Edit, options: ChangeOptions) => Promise<Placed>;
  /** @throws FengsuiError NOT_FOUND */
  readonly wanted: (gateway: string, device: string, options: CallOptions) => Promise<Wanted>;
  /** Changes nothing. */
  readonly tryOut: (gateway: string, devices: readonly DeviceSpec[], options: CallOptions) => Promise<Trial>;
}
