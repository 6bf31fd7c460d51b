import type { DeviceId } from '../../../sdk/model/ids.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SigningKey } from '../../platform/ed25519.ts';
import type { Log } from '../../platform/log.ts';
import type { Site } from '../config/site.ts';
import type { OutputAccess } from '../field/field-desk.ts';
import type { RecordStore } from '../records/record-store.ts';
import type { Executed } from './executed.ts';
import type { OpenProofs } from './open-proofs.ts';

/** What commands are judged by and carried out with. */
export type CommandContext = {
  readonly site: Pick<Site, 'address' | 'twoPersons'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly configVersion: () => number;
  readonly outputs: OutputAccess;
  readonly executed: Executed;
  readonly openProofs: OpenProofs;
  readonly record: RecordStore;
  readonly key: SigningKey;
  /** Raises or clears a fault of a device, see `commandRules`. */
  readonly fault: (device: DeviceId, condition: string, isSo: boolean) => void;
};
