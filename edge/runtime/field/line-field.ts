import { describeError, FengsuiError } from '../../../sdk/model/errors.ts';
import type { PointValue } from '../../../sdk/model/point.ts';
import { millis } from '../../../sdk/model/time.ts';
import type { LineSource, LineSpec, Lines, LinesListener } from '../../bus/gpio/lines.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Log, onChange } from '../../platform/log.ts';
import type { SiteDevice } from '../config/site.ts';
import type { Field, FieldListener } from './field.ts';

export type OpenLines = (source: LineSource, specs: readonly LineSpec[], listener: LinesListener) => Lines;

/** A little more than a contact may bounce (50 ms). */
const settled = millis(60);

/** GPIO lines: changes are told at once; besides, every line is read again each period, so that a lost edge costs one period. */
export function lineField(
  source: LineSource,
  open: OpenLines,
  options: { readonly clock: Clock; readonly log: Log; readonly listener: FieldListener },
): Field {
  const { clock, log, listener } = options;
  let devices: ReadonlyMap<string, SiteDevice> = new Map();
  let lines: Lines | undefined;
  let closing: Promise<void> = Promise.resolve();
  let problem: string | undefined;
  const noteProblem = onChange<string>((why) => listener.problem(why === '' ? undefined : why));

  const tell = (device: SiteDevice, value: PointValue): void => {
    const [point] = Object.keys(device.profile.points);
    if (point !== undefined) listener.values(device, [[point, value]]);
  };
  const linesListener: LinesListener = {
    level: ({ name, active, at }) => {
      const device = devices.get(name);
      if (!device) return;
      tell(device, { quality: 'good', at, value: active });
      // A pressed button need not wait for the next period to have been held long enough.
      clock.after(settled, () => {
        if (devices.get(name) === device)
          readAgain(device).catch((e: unknown) => log.warn('lines.bug', { why: describeError(e) }));
      });
    },
    health: (why) => {
      problem = why;
      noteProblem(why ?? '');
    },
  };
  const readAgain = async (device: SiteDevice): Promise<void> => {
    const current = lines;
    if (!current) return;
    try {
      const { active, at } = await current.read(device.id);
      if (devices.get(device.id) === device) tell(device, { quality: 'good', at, value: active });
    } catch (e) {
      if (!FengsuiError.is(e, 'BUS_DOWN', 'LINE', 'TIMEOUT')) throw e;
      // What keeps the whole source away is one fault of the bus, and not one of each line.
      const why = problem === undefined && FengsuiError.is(e, 'LINE') ? 'refused' : 'bus-down';
      if (devices.get(device.id) === device) tell(device, { quality: 'lost', at: clock.mono(), why });
    }
  };

  return {
    replace(next) {
      devices = new Map(next.map((d) => [d.id, d]));
      const before = lines;
      lines = undefined;
      closing = closing
        .then(() => before?.[Symbol.asyncDispose]())
        .then(() => {
          if (devices.size > 0) lines = open(source, [...devices.values()].map(specOf), linesListener);
        })
        .catch((e: unknown) => {
          log.warn('lines.not-opened', { why: describeError(e) });
          noteProblem(describeError(e));
        });
    },
    async write(device, point, on) {
      if (typeof on !== 'boolean')
        throw new FengsuiError('INVALID', `line “${point}” of “${device.id}” has no pulse of its own`);
      if (!lines) throw new FengsuiError('BUS_DOWN', `the lines of bus “${device.bus}” are not open`);
      await lines.write(device.id, on);
      await readAgain(device); // the proof, without waiting for the next period
    },
    quality: () => undefined,
    async run(signal) {
      await closing;
      while (!signal.aborted) {
        const period = Math.min(1_000, ...[...devices.values()].map((d) => d.pollMs));
        await clock.sleep(millis(period), signal).catch(() => undefined); // the loop sees the abort
        if (!signal.aborted) await Promise.all([...devices.values()].map(readAgain));
      }
    },
    async [Symbol.asyncDispose]() {
      await closing;
      await lines?.[Symbol.asyncDispose]();
    },
  };
}

const specOf = (device: SiteDevice): LineSpec => {
  const [point] = Object.values(device.profile.points);
  const direction = point?.from === 'line-out' ? 'out' : 'in';
  return {
    name: device.id,
    offset: device.line?.offset ?? 0,
    direction,
    activeLow: device.line?.activeLow ?? false,
    bias: direction === 'in' && device.line?.activeLow ? 'up' : 'none',
  };
};
