import { FengsuiError } from '../../sdk/model/errors.ts';
import { deviceId } from '../../sdk/model/ids.ts';
import type { DesiredConflict, DesiredProblem, DesiredState, ListedDevice } from '../../sdk/wire/desired.ts';
import type { DeviceState } from '../../sdk/wire/gateway-state.ts';
import { type Fields, fieldsOf } from '../../sdk/wire/parse.ts';
import type { Data } from '../../sdk/wire/request.ts';
import type { FakeGateway } from './fake-gateway.ts';

/** How a fake gateway deals with desired lists; a test may change all of it. */
export type FakeList = {
  desired: DesiredState;
  devices: ListedDevice[];
  configVersion: number;
  conflicts: DesiredConflict[];
  /** What is wrong with a list; nothing unless a test says so. */
  judge: (devices: readonly Data[]) => readonly DesiredProblem[];
  /** Versions that were applied, dry runs left out. */
  readonly applied: number[];
  readonly dryRuns: number[];
  /** Shows the present list. */
  show(): Promise<void>;
};

/** Teaches a fake gateway `apply` and `config`, by the words of the contract alone. */
export async function desiredList(gateway: FakeGateway, devices: readonly ListedDevice[] = []): Promise<FakeList> {
  const list: FakeList = {
    desired: { version: 0, sync: 'in-sync', localVersion: 0 },
    devices: [...devices],
    configVersion: 1,
    conflicts: [],
    judge: () => [],
    applied: [],
    dryRuns: [],
    show: () =>
      gateway.state({
        configVersion: list.configVersion,
        desired: list.desired,
        devices: list.devices.map(shown),
      }),
  };
  const take = (params: Fields, wanted: readonly Data[]): readonly DesiredProblem[] => {
    const problems = list.judge(wanted);
    const version = params.count('version');
    const sync = problems.length > 0 ? 'rejected' : 'in-sync';
    list.desired = { version, sync, localVersion: list.desired.localVersion };
    list.applied.push(version);
    if (sync === 'in-sync') {
      list.devices = [...list.devices.filter((d) => d.origin === 'file'), ...wanted.map(listed)];
      list.configVersion++;
    }
    return problems;
  };
  gateway.answers.set('apply', async ({ params }) => {
    const fields = fieldsOf(params, 'params');
    const wanted = fields.list('devices').filter(isData);
    const version = fields.count('version');
    if (fields.has('dryRun')) {
      list.dryRuns.push(version);
      const problems = list.judge(wanted);
      return { version, sync: problems.length > 0 ? 'rejected' : 'in-sync', problems, conflicts: [] };
    }
    if (version < list.desired.version)
      throw new FengsuiError('CONFLICT', `version ${list.desired.version} was taken already`);
    const problems = version > list.desired.version ? take(fields, wanted) : [];
    await list.show();
    return { version, sync: list.desired.sync, problems, conflicts: [...list.conflicts] };
  });
  gateway.answers.set('config', () => ({
    configVersion: list.configVersion,
    desired: { ...list.desired },
    devices: list.devices.map((device) => device as unknown as Data),
    conflicts: [...list.conflicts],
  }));
  await list.show();
  return list;
}

const isData = (x: unknown): x is Data => x !== undefined;

const listed = (raw: Data): ListedDevice => ({ ...(raw as unknown as ListedDevice), origin: 'platform' });

const shown = ({ id, profile, name, place = '', bus, origin }: ListedDevice): DeviceState => ({
  id: deviceId(id),
  profile,
  name,
  place,
  bus,
  origin,
  health: 'ok',
});
