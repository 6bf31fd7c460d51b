import { type LineCost, serialCost } from '../../../../edge/bus/plan/line-cost.ts';
import type { SiteDevice } from '../../../../edge/runtime/config/site.ts';
import { deviceId } from '../../../../sdk/model/ids.ts';
import type { NumberPoint, PointSpec, ProfileSpec } from '../../../../sdk/model/profile.ts';
import { millis } from '../../../../sdk/model/time.ts';

export const number = (at: number): NumberPoint => ({
  from: 'holding',
  at,
  as: 'u16',
  unit: '1',
  resolution: 1,
  range: [0, 65_535],
});

export const profile = (points: Record<string, PointSpec>, more: Partial<ProfileSpec> = {}): ProfileSpec => ({
  id: 'test/device',
  name: { en: 'Test', zh: '测试' },
  source: 'a test',
  points,
  pollMs: 1_000,
  silenceMs: 60_000,
  ...more,
});

export const device = (
  id: string,
  unit: number,
  spec: ProfileSpec,
  { pollMs = spec.pollMs }: { readonly pollMs?: number } = {},
): SiteDevice => ({
  id: deviceId(id),
  bus: 'rs485',
  name: id,
  place: '',
  profile: spec,
  settings: {},
  pollMs,
  unit,
});

/** 9,600 8N1. */
export const cost: LineCost = serialCost(
  { baud: 9_600, parity: 'none', stopBits: 1 },
  { turnaround: millis(10), timeout: millis(1_000), quiet: millis(300) },
);
