import { z } from 'zod';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';
import { readText, replaceText } from '../platform/files.ts';
import type { Log } from '../platform/log.ts';
import { checkDevice } from './config/check-site.ts';
import { pathText } from './config/config-problem.ts';
import { deviceSchema } from './config/config-schema.ts';
import { explainIssue } from './config/explain-issue.ts';
import type { Site, SiteDevice } from './config/site.ts';
import { newOverload } from './field/overload.ts';

/** A device that the platform added: as it came, with the bus it belongs to. */
const provisionedSchema = deviceSchema.extend({ bus: z.string() });
export type Provisioned = z.infer<typeof provisionedSchema>;
const fileSchema = z.object({ configVersion: z.int().min(0), devices: z.array(provisionedSchema) });

export interface DeviceList {
  /** Grows by one with every change. */
  readonly version: number;
  readonly devices: readonly SiteDevice[];
  isProvisioned(device: string): boolean;
  /** Adds a device, or changes one that was added before. Checks and stores, and only then counts. @throws FengsuiError INVALID | CONFLICT with the precise reason. */
  add(input: unknown, ifVersion: number | undefined): Promise<void>;
  /** @throws FengsuiError NOT_FOUND | CONFLICT */
  remove(device: string, ifVersion: number | undefined): Promise<void>;
}

/** The devices of the site's file, and those that the platform added later, which live in a file of their own. */
export async function deviceList(site: Site, file: string, log: Log): Promise<DeviceList> {
  const stored = parseStored(await readText(file), file, log);
  let version = stored.configVersion;
  let provisioned: readonly Provisioned[] = stored.devices;
  let devices: readonly SiteDevice[] = site.devices;
  for (const entry of stored.devices) {
    const { device, problems } = resolve(site, devices, entry);
    if (device) devices = [...devices, device];
    else log.warn('device.set-aside', { device: entry.id, why: problems.join('; ') });
  }
  const store = async (next: readonly Provisioned[]): Promise<void> => {
    await replaceText(file, `${JSON.stringify({ configVersion: version + 1, devices: next }, undefined, 2)}\n`);
    provisioned = next;
    version++;
  };
  // One change after the other: two at once would both build on the same list, and one would be lost.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const done = turn.then(change);
    turn = done.catch(() => undefined); // its caller is told
    return done;
  };
  const isOfSite = (id: string): boolean => site.devices.some((d) => d.id === id);
  const expect = (ifVersion: number | undefined): void => {
    if (ifVersion !== undefined && ifVersion !== version) {
      throw new FengsuiError(
        'CONFLICT',
        `the configuration is at version ${version}, not ${ifVersion}: look again before you change it`,
      );
    }
  };

  return {
    get version() {
      return version;
    },
    get devices() {
      return devices;
    },
    isProvisioned: (id) => !isOfSite(id) && provisioned.some((p) => p.id === id),
    add: (input, ifVersion) =>
      inTurn(async () => {
        expect(ifVersion);
        const parsed = provisionedSchema.safeParse(input, { reportInput: true });
        if (!parsed.success) {
          const problems = parsed.error.issues
            .flatMap(explainIssue)
            .map(({ path, message }) => `${pathText(path)}: ${message}`);
          throw new FengsuiError('INVALID', `the device was refused: ${problems.join('; ')}`, {
            details: { problems },
          });
        }
        const { id } = parsed.data;
        const others = isOfSite(id) ? devices : devices.filter((d) => d.id !== id);
        const { device, problems } = resolve(site, others, parsed.data);
        if (!device)
          throw new FengsuiError('INVALID', `the device was refused: ${problems.join('; ')}`, {
            details: { problems },
          });
        refuseOverload(site, device.bus, devices, [...others, device]);
        await store([...provisioned.filter((p) => p.id !== id), parsed.data]); // one that was set aside may be given anew
        devices = [...others, device];
      }),
    remove: (id, ifVersion) =>
      inTurn(async () => {
        expect(ifVersion);
        if (isOfSite(id)) {
          throw new FengsuiError(
            'CONFLICT',
            `“${id}” stands in the configuration file of the site and can only be removed there`,
          );
        }
        if (!provisioned.some((p) => p.id === id)) throw new FengsuiError('NOT_FOUND', `there is no device “${id}”`);
        await store(provisioned.filter((p) => p.id !== id));
        devices = devices.filter((d) => d.id !== id);
      }),
  };
}

function resolve(
  site: Site,
  devices: readonly SiteDevice[],
  entry: Provisioned,
): { device?: SiteDevice; problems: string[] } {
  const problems: string[] = [];
  const bus = site.buses.find((b) => b.id === entry.bus);
  if (!bus) {
    return {
      problems: [
        `bus: there is no bus “${entry.bus}”; this gateway has ${site.buses.map((b) => b.id).join(', ') || 'none'}`,
      ],
    };
  }
  const near = { devices, buses: site.buses, gateway: site.address.gateway };
  const device = checkDevice(entry, bus, near, (path, message) => problems.push(`${pathText(path)}: ${message}`));
  return device ? { device, problems } : { problems };
}

/** @throws FengsuiError INVALID where the bus could not keep what its devices ask for */
function refuseOverload(site: Site, id: string, before: readonly SiteDevice[], after: readonly SiteDevice[]): void {
  const bus = site.buses.find((b) => b.id === id);
  const why = bus && newOverload(bus, before, after);
  if (why !== undefined)
    throw new FengsuiError('INVALID', `the device was refused: bus “${id}”: ${why}`, { details: { problems: [why] } });
}

/** A damaged list must not keep the gateway from watching what it still knows. */
function parseStored(text: string | undefined, file: string, log: Log): z.infer<typeof fileSchema> {
  const empty = { configVersion: 0, devices: [] };
  if (text === undefined) return empty;
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (e) {
    log.warn('device.list-unreadable', { file, why: describeError(e) });
    return empty;
  }
}
