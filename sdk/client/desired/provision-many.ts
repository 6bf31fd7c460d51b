import { FengsuiError } from '../../model/errors.ts';
import type { ProfileSpec } from '../../model/profile.ts';
import type { DeviceSpec } from '../../wire/methods.ts';
import { checkSpec, problemText } from './check-spec.ts';
import type { ChangeOptions, Placed, Provisioner, Trial } from './provisioner.ts';

/** One device of many, by its place in the input. */
export type ProvisionResult = {
  /** From 0, in the order of the input. */
  readonly index: number;
  readonly gateway: string;
  readonly device: string;
} & (
  | { readonly ok: true; readonly version: number; readonly sync: Placed['sync'] }
  /** Of a dry run: nothing was changed. `profile`: its gateway was not asked, see `devices.provisionMany`. */
  | { readonly ok: true; readonly checkedBy: Trial['checkedBy'] }
  | { readonly ok: false; readonly error: FengsuiError }
);

export type ProvisionManyOptions = Omit<ChangeOptions, 'ifVersion'> & {
  /** Changes nothing, and says what it would come to. */
  readonly dryRun?: boolean | undefined;
  /** Gateways that are worked on at once, 1 to 32; 4 unless given. */
  readonly concurrency?: number | undefined;
};

type Wish = { readonly gateway: string; readonly spec: DeviceSpec };
type Numbered = Wish & { readonly index: number };

/** Devices that are held at once; those of one gateway among them are one change. */
const windowSize = 10_000;
const defaultConcurrency = 4;
const mostConcurrency = 32;

/**
 * Reads up to 10,000 devices at a time, sorts them by gateway, and tells each as its gateway is done.
 * @throws FengsuiError INVALID (concurrency); ABORTED. What concerns single devices or gateways comes as a result.
 */
export async function* provisionMany(
  { provisioner, profiles }: { readonly provisioner: Provisioner; readonly profiles: readonly ProfileSpec[] },
  input: Iterable<Wish> | AsyncIterable<Wish>,
  options: ProvisionManyOptions,
): AsyncGenerator<ProvisionResult, void> {
  const { dryRun = false, concurrency = defaultConcurrency, idempotencyKey: key, ...rest } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > mostConcurrency)
    throw new FengsuiError('INVALID', `concurrency: expected 1 to ${mostConcurrency}, got ${concurrency}`);
  let count = 0;
  for await (const window of windows(input)) {
    // A gateway may have devices in several windows: each is a change of its own.
    const change = { ...rest, idempotencyKey: key === undefined ? undefined : `${key}/${count++}` };
    const wrong = new Map(window.flatMap((one) => refused(one, profiles)).map((result) => [result.index, result]));
    yield* wrong.values();
    const groups = byGateway(window.filter(({ index }) => !wrong.has(index)));
    const work = (group: readonly Numbered[]): Promise<readonly ProvisionResult[]> =>
      dryRun ? tryOut(provisioner, group, change) : put(provisioner, group, change);
    for await (const results of pooled(groups, concurrency, work)) yield* results;
  }
}

async function* windows(input: Iterable<Wish> | AsyncIterable<Wish>): AsyncGenerator<readonly Numbered[], void> {
  let window: Numbered[] = [];
  let index = 0;
  for await (const wish of input) {
    window.push({ ...wish, index: index++ });
    if (window.length < windowSize) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

function refused({ index, gateway, spec }: Numbered, profiles: readonly ProfileSpec[]): readonly ProvisionResult[] {
  const profile = profiles.find((p) => p.id === spec.profile);
  const problems = profile
    ? checkSpec(spec, profile)
    : [{ path: 'profile', message: `there is no profile “${spec.profile}”` }];
  return problems.length === 0 ? [] : [failure({ index, gateway, spec }, problems)];
}

const failure = (
  { index, gateway, spec }: Numbered,
  problems: readonly { readonly path: string; readonly message: string }[],
): ProvisionResult => ({
  index,
  gateway,
  device: spec.id,
  ok: false,
  error: new FengsuiError('INVALID', `the device “${spec.id}” was refused: ${problemText(problems)}`, {
    details: { gateway, device: spec.id, problems },
  }),
});

function byGateway(window: readonly Numbered[]): readonly (readonly Numbered[])[] {
  const groups = new Map<string, Numbered[]>();
  for (const one of window) {
    const group = groups.get(one.gateway) ?? [];
    group.push(one);
    groups.set(one.gateway, group);
  }
  return [...groups.values()];
}

async function put(
  provisioner: Provisioner,
  group: readonly Numbered[],
  options: ChangeOptions,
): Promise<readonly ProvisionResult[]> {
  const { rest, twice } = onlyOnce(group);
  const changes = provisioner.isTransaction ? [rest] : rest.map((one) => [one]);
  const results: ProvisionResult[] = [...twice];
  for (const change of changes) {
    const [first] = change;
    if (!first) continue;
    const done = await settled(provisioner.change(first.gateway, { put: change.map(({ spec }) => spec) }, options));
    results.push(...change.map((one) => ({ ...placeOf(one), ...done })));
  }
  return results;
}

async function tryOut(
  provisioner: Provisioner,
  group: readonly Numbered[],
  options: ChangeOptions,
): Promise<readonly ProvisionResult[]> {
  const { rest, twice } = onlyOnce(group);
  const [first] = rest;
  if (!first) return twice;
  const specs = rest.map(({ spec }) => spec);
  const done = await settled(provisioner.tryOut(first.gateway, specs, options));
  if (!done.ok) return [...twice, ...rest.map((one) => ({ ...placeOf(one), ...done }))];
  const ids = new Set(specs.map(({ id }) => id));
  const general = done.problems.filter(({ device }) => device === undefined || !ids.has(device));
  return [
    ...twice,
    ...rest.map((one) => {
      const problems = [...done.problems.filter(({ device }) => device === one.spec.id), ...general];
      return problems.length > 0
        ? failure(one, problems)
        : { ...placeOf(one), ok: true as const, checkedBy: done.checkedBy };
    }),
  ];
}

const placeOf = ({ index, gateway, spec }: Numbered) => ({ index, gateway, device: spec.id });

type Settled<T> = (T & { readonly ok: true }) | { readonly ok: false; readonly error: FengsuiError };

/** @throws FengsuiError ABORTED, and what is no FengsuiError: these end the whole */
async function settled<T extends object>(work: Promise<T>): Promise<Settled<T>> {
  try {
    return { ...(await work), ok: true };
  } catch (error) {
    if (!FengsuiError.is(error) || error.code === 'ABORTED') throw error;
    return { ok: false, error };
  }
}

/** Of two with one id on one gateway the later is refused: which of them is meant is not for us to say. */
function onlyOnce(group: readonly Numbered[]): {
  readonly rest: readonly Numbered[];
  readonly twice: readonly ProvisionResult[];
} {
  const firsts = new Map<string, number>();
  for (const { spec, index } of group) if (!firsts.has(spec.id)) firsts.set(spec.id, index);
  const isFirst = ({ spec, index }: Numbered): boolean => firsts.get(spec.id) === index;
  return {
    rest: group.filter(isFirst),
    twice: group
      .filter((one) => !isFirst(one))
      .map((one) =>
        failure(one, [{ path: 'id', message: `stands in the input already, at index ${firsts.get(one.spec.id)}` }]),
      ),
  };
}

/** Works on so many at once, and yields each as it is done. Whoever leaves waits for what is under way. */
async function* pooled<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const running = new Map<number, Promise<{ readonly key: number; readonly result: R }>>();
  let next = 0;
  const start = (): void => {
    const key = next++;
    const item = items[key];
    if (item !== undefined)
      running.set(
        key,
        work(item).then((result) => ({ key, result })),
      );
  };
  try {
    while (next < Math.min(most, items.length)) start();
    while (running.size > 0) {
      const { key, result } = await Promise.race(running.values());
      running.delete(key);
      start();
      yield result;
    }
  } finally {
    await Promise.allSettled(running.values());
  }
}
