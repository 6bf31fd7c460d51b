import { describe, expect, it } from 'vitest';
import { parseConfigPage } from '../../../../sdk/client/desired/parse-desired.ts';
import { deviceData } from '../../../../sdk/client/desired/try-out.ts';
import type { DeviceSpec } from '../../../../sdk/wire/methods.ts';
import type { Data } from '../../../../sdk/wire/request.ts';

/** All that a device can have: a field that is added and not read fails to compile here, or is lost below. */
const whole: Required<DeviceSpec> = {
  bus: 'rs485',
  id: 'gate',
  profile: 'generic/barrier',
  unit: 4,
  line: 7,
  activeLow: false,
  name: '东门道闸',
  place: 'east gate',
  settings: { travel: 8 },
  pollMs: 1_000,
  conditions: { low: { limit: 0.2, deadband: 0.01, onDelayMs: 1, offDelayMs: 2, severe: { limit: 0.3 } } },
  commands: { open: { proof: 'gate/open', proofWithinMs: 9_000 }, close: { proof: 'gate/closed' } },
  verifyMs: 5_000,
};
const page = (...devices: readonly Data[]): Data => ({
  configVersion: 3,
  desired: { version: 2, sync: 'in-sync', localVersion: 0 },
  devices,
  conflicts: [],
});

describe('a device as its gateway lists it', () => {
  it('is read with everything that it was provisioned with: whatever is left out here is lost with the next change', () => {
    expect(parseConfigPage(page({ ...deviceData(whole), origin: 'local' })).devices).toEqual([
      { ...whole, origin: 'local' },
    ]);
  });

  it.each<[what: string, commands: Data]>([
    ['a list', []],
    ['a proof that is no text', { open: { proof: 1 } }],
    ['a time that is no number', { open: { proof: 'gate/open', proofWithinMs: 'soon' } }],
  ])('with %s for its commands is refused', (_, commands) => {
    const read = () => parseConfigPage(page({ ...deviceData(whole), origin: 'local', commands }));
    expect(read).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });
});
