import type { Recorded } from '../../../edge/alarm/replay.ts';
import type { Block, Reading } from '../../../edge/bus/reading.ts';
import { devicePoints, placePoints, readPoint } from '../../../edge/point/device-points.ts';
import type { Settings } from '../../../edge/point/resolve-address.ts';
import { losses } from '../../../sdk/model/point.ts';
import type { MonoTime } from '../../../sdk/model/time.ts';
import type { Unit } from '../../../simulators/modbus/unit.ts';
import { defaultSettings } from '../../support/default-settings.ts';
import type { Spoilt, Station } from './judgement-case.ts';

export const settingsOf = ({ profile, settings }: Station): Settings => ({ ...defaultSettings(profile), ...settings });

/** Reads all points of a device as a gateway does: its registers, through the decoder of its profile. */
export function stationReader(station: Station): (at: MonoTime, spoilt: Spoilt | undefined) => readonly Recorded[] {
  const { profile, source } = station;
  if (typeof source === 'function') return lineReader(Object.keys(profile.points), source);
  const points = devicePoints(profile, settingsOf(station), 1);
  const blocks = points.flatMap(({ value, decimals }) => (decimals ? [value, decimals] : [value]));
  const placed = placePoints(points, blocks);
  return (at, spoilt) => {
    const answers = blocks.map((block) => readingOf(source, block, at, spoilt));
    return placed.map((point): Recorded => [point.name, readPoint(point, answers)]);
  };
}

const lineReader =
  (points: readonly string[], contact: () => boolean) =>
  (at: MonoTime, spoilt: Spoilt | undefined): readonly Recorded[] =>
    points.map((point): Recorded => {
      const loss = losses.find((each) => each === spoilt);
      return [point, loss ? { quality: 'lost', at, why: loss } : { quality: 'good', at, value: contact() }];
    });

function readingOf(unit: Unit, block: Block, at: MonoTime, spoilt: Spoilt | undefined): Reading {
  const loss = losses.find((each) => each === spoilt);
  if (loss) return { ok: false, at, why: loss, detail: 'as the case has it' };
  if (unit.powered && !unit.powered()) return { ok: false, at, why: 'timeout', detail: 'it has no supply' };
  const words = Array.from({ length: block.count }, (_, i) => unit.read(block.table, block.address + i));
  if (words.includes(undefined)) return { ok: false, at, why: 'refused', detail: 'no such address' };
  const whole = words.map((word) => word ?? 0);
  return { ok: true, at, words: whole, ...(spoilt === 'unconfirmed' && { doubt: spoilt }) };
}
