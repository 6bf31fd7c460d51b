import { describe, expect, it } from 'vitest';
import { checkProfile } from '../../device-profiles/check-profile.ts';
import { defineProfile } from '../../device-profiles/define-profile.ts';
import { barrier } from '../../device-profiles/generic/barrier.ts';
import type { CommandSpec, PointSpec, ProfileSpec } from '../../sdk/model/profile.ts';

const open: CommandSpec = {
  name: { en: 'Open', zh: '开启' },
  risk: 'life-safety',
  does: { pulse: 'relay', ms: 1_000 },
  proof: { point: 'end', is: true, withinMs: 10_000 },
  source: 'invented for this test',
};
const relay: PointSpec = { from: 'coil', at: 0, as: 'bool', writable: true };
const gate = (command: Partial<CommandSpec>, points: Record<string, PointSpec> = {}): ProfileSpec => ({
  id: 'acme/gate',
  name: { en: 'Gate', zh: '道闸' },
  source: 'invented for this test',
  points: {
    relay,
    end: { from: 'discrete', at: 0, as: 'bool' },
    mode: { from: 'holding', at: 0, as: 'choice', of: { 0: 'auto', 1: 'manual' } },
    ...points,
  },
  commands: { open: { ...open, ...command } },
  pollMs: 1_000,
  silenceMs: 10_000,
});
const messages = (profile: ProfileSpec): string[] => checkProfile(profile).map(({ message }) => message);
const seconds = (min: number, max: number) => ({ seconds: { min, max, unit: 's' } }) as const;
const byArgument = { pulse: 'relay', ms: { arg: 'seconds' } };
const flash = { ...relay, pulse: { at: 0x200, stepMs: 100, mostSteps: 50 } };

describe('a command of a profile', () => {
  it.each<[string, ProfileSpec]>([
    ['a pulse with a proof', gate({})],
    ['without a proof', { ...gate({}), commands: { open: { ...open, does: { set: 'relay', to: true } } } }],
    ['a length by an argument', gate({ args: seconds(1, 120), does: byArgument })],
    ['a state before', gate({ before: { point: 'mode', is: 'manual' } })],
    ['a pulse of the device itself', gate({ args: seconds(0.1, 5), does: byArgument }, { relay: flash })],
    ['the barrier', barrier],
  ])('is sound: %s', (_, profile) => {
    expect(messages(profile)).toEqual([]);
  });

  it.each<[string, ProfileSpec, RegExp]>([
    ['no such output', gate({ does: { pulse: 'lamp', ms: 100 } }), /command “open”: “lamp” is no output/],
    ['an input', gate({ does: { set: 'end', to: true } }), /“end” is no output/],
    [
      'a coil that is not to be written',
      gate({}, { relay: { from: 'coil', at: 0, as: 'bool' } }),
      /“relay” is no output/,
    ],
    ['a pulse of no length', gate({ does: { pulse: 'relay', ms: 0 } }), /must last 10 to 120000 ms/],
    ['a pulse for ever', gate({ does: { pulse: 'relay', ms: 120_001 } }), /must last 10 to 120000 ms/],
    ['an argument that is not there', gate({ does: byArgument }), /argument “seconds” that is not declared/],
    ['an argument that nothing uses', gate({ args: seconds(1, 2) }), /“seconds” is used by nothing/],
    ['an argument without room', gate({ args: seconds(2, 1), does: byArgument }), /“min” is above its “max”/],
    [
      'a length in no seconds',
      gate({ args: { seconds: { min: 1, max: 2 } }, does: byArgument }),
      /give it the unit “s”/,
    ],
    [
      'longer than the device can',
      gate({ args: seconds(1, 6), does: byArgument }, { relay: flash }),
      /lasts 100 to 5000 ms/,
    ],
    ['shorter than it can', gate({ does: { pulse: 'relay', ms: 50 } }, { relay: flash }), /lasts 100 to 5000 ms/],
    [
      'a proof that is not there',
      gate({ proof: { point: 'x', is: true, withinMs: 5_000 } }),
      /proof: there is no point “x”/,
    ],
    ['a proof that cannot be', gate({ proof: { point: 'end', is: 1, withinMs: 5_000 } }), /“end” can never be 1/],
    ['a state before that cannot be', gate({ before: { point: 'mode', is: 'off' } }), /“mode” can never be "off"/],
    [
      'no time for the proof',
      gate({ proof: { point: 'end', is: true, withinMs: 10 } }),
      /within 1,000 to 120000 ms, not 10/,
    ],
    [
      'a pulse of what cannot be written',
      gate({}, { end: { from: 'discrete', at: 0, as: 'bool', pulse: flash.pulse } }),
      /only a writable coil/,
    ],
    [
      'a pulse at an unknown setting',
      gate({}, { relay: { ...flash, pulse: { ...flash.pulse, at: ['base'] } } }),
      /uses a setting “base”/,
    ],
  ])('is refused: %s', (_, profile, message) => {
    expect(messages(profile).join('\n')).toMatch(message);
  });

  it('does not compile with a point or an argument that is not there', () => {
    const parts = { ...gate({}), commands: undefined };
    const points = { relay: { from: 'coil', at: 0, as: 'bool', writable: true } } as const;
    const of = { id: 'a/b', name: parts.name, source: 's', points, pollMs: 1_000, silenceMs: 10_000 } as const;
    const command = { name: open.name, risk: 'safe', source: 's' } as const;
    // @ts-expect-error there is no point “lamp”
    defineProfile({ ...of, commands: { go: { ...command, does: { pulse: 'lamp', ms: 100 } } } });
    const minutes = { ...command, args: seconds(1, 2), does: { pulse: 'relay', ms: { arg: 'minutes' } } } as const;
    // @ts-expect-error there is no argument “minutes”
    defineProfile({ ...of, commands: { go: minutes } });
    // @ts-expect-error “rsik” is a misspelling
    defineProfile({ ...of, commands: { go: { ...command, rsik: 'safe', does: { pulse: 'relay', ms: 100 } } } });
    expect(defineProfile({ ...of, commands: { go: { ...command, does: { pulse: 'relay', ms: 100 } } } }).id).toBe(
      'a/b',
    );
  });
});
