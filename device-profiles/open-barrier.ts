import type { CommandSpec } from '../sdk/model/profile.ts';

/** How long a barrier's control looks at its input, at most. */
const pressMs = 1_000;

/** One-key opening (一键开启) of a fire-lane barrier: the contact that its control takes for “open” is closed shortly. */
export const openBarrier = <const P extends string>(output: P) =>
  ({
    name: { en: 'Open the barrier', zh: '一键开启' },
    risk: 'life-safety',
    does: { pulse: output, ms: pressMs },
    source: 'input “open” of a barrier’s control: a dry contact, closed shortly; nothing of any maker is assumed',
  }) as const satisfies CommandSpec<P>;
