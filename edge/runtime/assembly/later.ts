import type { FieldDesk } from '../field/field-desk.ts';
import type { UplinkSet } from '../open-uplinks.ts';

/** Parts that open after those that tell them something. Before all are open there is nothing to tell. */
export type Later = {
  readonly fields: () => Pick<FieldDesk, 'alarmsChanged' | 'chirp'>;
  readonly uplinks: () => Pick<UplinkSet, 'wake' | 'wakeStandby' | 'show'>;
  /** Puts the devices to work as they are to be now. */
  readonly applyDevices: () => void;
};
