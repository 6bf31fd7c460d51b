import { type DesiredConflict, type DesiredState, type ListedDevice, syncs } from '../../../sdk/wire/desired.ts';
import { type Fields, fieldsOf } from '../../../sdk/wire/parse.ts';

/** What `fengsui device list` shows of a device. */
export type DeviceRow = Pick<ListedDevice, 'id' | 'name' | 'bus' | 'profile' | 'origin'> & {
  readonly place: string;
  /** Modbus address or GPIO line. */
  readonly address: number | undefined;
};
/** Both sides as they are printed. */
export type ConflictRow = Pick<DesiredConflict, 'device' | 'field' | 'kept'> & {
  readonly onSite: string;
  readonly platform: string;
};
export type DeviceListing = {
  readonly desired: DesiredState;
  readonly devices: readonly DeviceRow[];
  readonly conflicts: readonly ConflictRow[];
};

/** @throws FengsuiError PROTOCOL */
export function deviceListing(pages: readonly unknown[]): DeviceListing {
  const read = pages.map((page) => fieldsOf(page, 'config'));
  return {
    desired: desiredOf(fieldsOf(pages[0], 'config').fields('desired')),
    devices: read.flatMap((page) => page.list('devices').map(deviceOf)),
    conflicts: read.flatMap((page) => page.list('conflicts').map(conflictOf)),
  };
}

function desiredOf(fields: Fields): DesiredState {
  const name = fields.text('sync');
  return {
    version: fields.count('version'),
    sync: syncs.find((sync) => sync === name) ?? 'trial',
    localVersion: fields.count('localVersion'),
    ...(fields.has('problem') && { problem: fields.text('problem') }),
  };
}

const origins = ['file', 'platform', 'local'] as const;

function deviceOf(raw: unknown): DeviceRow {
  const fields = fieldsOf(raw, 'device');
  const origin = fields.text('origin');
  return {
    id: fields.text('id'),
    name: fields.text('name'),
    place: fields.has('place') ? fields.text('place') : '',
    bus: fields.text('bus'),
    address: fields.has('unit') ? fields.count('unit') : fields.has('line') ? fields.count('line') : undefined,
    profile: fields.text('profile'),
    origin: origins.find((each) => each === origin) ?? 'platform',
  };
}

function conflictOf(raw: unknown): ConflictRow {
  const fields = fieldsOf(raw, 'conflict');
  const shown = (side: string): string => (fields.raw(side) === null ? '' : JSON.stringify(fields.raw(side)));
  return {
    device: fields.text('device'),
    ...(fields.has('field') && { field: fields.text('field') }),
    onSite: shown('onSite'),
    platform: shown('platform'),
    kept: fields.text('kept') === 'on-site' ? 'on-site' : 'platform',
  };
}
