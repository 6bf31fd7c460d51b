import { mostListed, type RunEnd } from '../../../sdk/model/record.ts';
import { fieldsOf, isText } from '../../../sdk/wire/parse.ts';
import { sha256 } from '../../platform/sha256.ts';
import type { Site, SiteDevice } from '../config/site.ts';

/** What a run leaves behind, so that the next can tell how it ended and what is different now. */
export type KeptRun = {
  readonly configHash: string;
  /** What each device of the configuration file is, by its id, as a digest. */
  readonly devices: ReadonlyMap<string, string>;
  readonly isStopped: boolean;
};

export const runOf = (site: Site, isStopped: boolean): KeptRun => ({
  configHash: site.configHash,
  devices: new Map(site.devices.map((device) => [device.id, digestOf(device)])),
  isStopped,
});

export const endOf = (run: KeptRun | undefined): RunEnd =>
  run === undefined ? 'nothing' : run.isStopped ? 'stop' : 'failure';

/** Pure. Ids of devices, sorted, at most so many of each. */
export function difference(before: KeptRun, now: KeptRun) {
  const list = (ids: Iterable<string>): readonly string[] => [...ids].toSorted().slice(0, mostListed);
  const [were, are] = [[...before.devices.keys()], [...now.devices.keys()]];
  return {
    added: list(are.filter((id) => !before.devices.has(id))),
    removed: list(were.filter((id) => !now.devices.has(id))),
    changed: list(were.filter((id) => now.devices.has(id) && now.devices.get(id) !== before.devices.get(id))),
  };
}

export const writeRun = ({ configHash, devices, isStopped }: KeptRun): Uint8Array =>
  Buffer.from(JSON.stringify({ configHash, devices: Object.fromEntries(devices), isStopped }));

/** @throws FengsuiError PROTOCOL, SyntaxError */
export function readRun(bytes: Uint8Array): KeptRun {
  const fields = fieldsOf(JSON.parse(Buffer.from(bytes).toString('utf8')), 'kept run');
  const devices = Object.entries(fields.raw('devices') ?? {});
  return {
    configHash: fields.text('configHash'),
    devices: new Map(devices.filter((entry): entry is [string, string] => isText(entry[1]))),
    isStopped: fields.flag('isStopped'),
  };
}

/** A profile counts by its name: one that came with another version of the program is told by that version. */
const digestOf = ({ profile, ...device }: SiteDevice): string =>
  sha256(JSON.stringify([profile.id, device])).slice(0, 16);
