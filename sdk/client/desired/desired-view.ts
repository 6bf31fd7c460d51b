import { type DistrictCode, gatewayId, townCode } from '../../model/ids.ts';
import type { Json } from '../../store/platform-store.ts';
import type { DesiredConflict } from '../../wire/desired.ts';
import type { DeviceSpec } from '../../wire/methods.ts';
import { fieldsOf } from '../../wire/parse.ts';
import type { Site } from '../../wire/topics.ts';
import type { Directory } from '../gateway-directory.ts';
import type { DesiredBook } from './desired-book.ts';
import { type SyncState, syncOf } from './sync.ts';

/** What is wrong with a device as it is wanted, in the words of its gateway. */
export type DeviceProblem = {
  /** Absent where the list as a whole is meant. */
  readonly device?: string;
  /** The field, e.g. `settings.low`; empty where no single one is meant. */
  readonly path: string;
  readonly message: string;
};

/** What is wanted of one gateway, and how far that has come. */
export type WantedOf = {
  readonly site: Site;
  readonly version: number;
  /** Who asked for it. */
  readonly by: string;
  readonly sync: SyncState;
  readonly devices: readonly DeviceSpec[];
  /** Why it is rejected, or what does not answer; or why it cannot be told to the gateway. */
  readonly problems: readonly DeviceProblem[];
  /** Where a change on site and a wish of the platform met. */
  readonly conflicts: readonly DesiredConflict[];
};

/** What a store has of the gateways of a district, beside what they show themselves. */
export type DesiredView = {
  readonly of: (gateway: string) => WantedOf | undefined;
  readonly gateways: () => readonly string[];
};

export function desiredView(book: DesiredBook, directory: Directory, district: DistrictCode): DesiredView {
  const siteOf = (gateway: string): Site | undefined => {
    const [first] = directory.entries().filter(({ site }) => site.gateway === gateway);
    if (first) return directory.find(gateway).site;
    const record = book.record(gateway);
    return record && { district, town: townCode(record.town), gateway: gatewayId(gateway) };
  };
  return {
    gateways: book.gateways,
    of(gateway) {
      const stored = book.desired(gateway);
      const site = stored && siteOf(gateway);
      if (!site) return undefined;
      const entry = directory.at(site);
      const shown = entry?.state?.desired;
      const trouble = book.trouble(gateway);
      const { reported } = stored;
      const told = reported?.version === stored.version ? reported.problems.map(problemOf) : [];
      const isShown = told.length > 0 || shown?.version !== stored.version || shown.problem === undefined;
      return {
        site,
        version: stored.version,
        by: stored.by,
        sync: syncOf(stored, shown, entry?.presence?.online ?? false),
        devices: stored.devices,
        problems: [
          ...told,
          ...(isShown ? [] : [{ path: '', message: shown.problem ?? '' }]),
          ...(trouble === undefined ? [] : [{ path: '', message: trouble }]),
        ],
        conflicts: book.conflicts(gateway),
      };
    },
  };
}

/** As this client or another one has written it. */
function problemOf(raw: Json): DeviceProblem {
  if (typeof raw !== 'object' || raw === null) return { path: '', message: String(raw) };
  const fields = fieldsOf(raw, 'problem');
  return {
    ...(fields.has('device') && { device: fields.text('device') }),
    path: fields.has('path') ? fields.text('path') : '',
    message: fields.has('message') ? fields.text('message') : '',
  };
}
