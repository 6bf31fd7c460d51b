import { noDelay, type Rule, troubleRule } from '../../alarm/rule.ts';
import type { SiteDevice } from '../config/site.ts';

/** The fault of a device that did what it was told, without the effect that was to prove it. Over when the proof is seen. */
export const notProven = 'command-not-proven';
/** The fault of an output that could not be switched off at the end of a command. */
export const notReleased = 'output-not-released';

const rules: readonly Rule[] = [
  troubleRule({
    condition: notProven,
    onDelay: noDelay,
    offDelay: noDelay,
    source: 'a command is proven by feedback (GB/T 26875.3 state bit 6)',
  }),
  troubleRule({
    condition: notReleased,
    onDelay: noDelay,
    offDelay: noDelay,
    source: 'a pulse that cannot be ended: the contact may still be closed',
  }),
];

/** What is told of a device that takes commands. */
export const commandRules = ({ profile }: SiteDevice): readonly Rule[] => (profile.commands ? rules : []);
