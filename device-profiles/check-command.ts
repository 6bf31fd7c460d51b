import type { CommandEffect, CommandSpec, PointSpec, PointState, ProfileSpec } from '../sdk/model/profile.ts';

/** A contact is not held by a command for longer than this, ms. */
const longestPulse = 120_000;
const longestProof = 120_000;
const mostArgs = 8;

/**
 * What is wrong with a command: a point that is not there or cannot be written, an argument that leads nowhere or has no
 * room, a pulse or a proof that takes for ever. Each message says what and what to do. Pure.
 */
export function checkCommand(command: CommandSpec, profile: ProfileSpec): readonly string[] {
  const { does, before, proof } = command;
  const args = Object.entries(command.args ?? {});
  return [
    ...ofOutput('pulse' in does ? does.pulse : does.set, profile),
    ...('pulse' in does ? ofPulse(does, command, profile) : []),
    ...args.flatMap(([name, { min, max }]) => [
      ...says(!(min <= max), `argument “${name}”: its “min” is above its “max”; exchange them`),
      ...says(usedArg(does) !== name, `argument “${name}” is used by nothing; drop it`),
    ]),
    ...says(args.length > mostArgs, `it has ${args.length} arguments; at most ${mostArgs}`),
    ...(before ? ofState('before', before, profile) : []),
    ...(proof ? ofState('proof', proof, profile) : []),
    ...says(
      proof !== undefined && !(proof.withinMs >= 1_000 && proof.withinMs <= longestProof),
      `its proof must come within 1,000 to ${longestProof} ms, not ${proof?.withinMs}`,
    ),
  ];
}

/** Whether a point is an output that may be switched. */
export const isOutput = (spec: PointSpec | undefined): boolean =>
  spec !== undefined && (spec.from === 'line-out' || (spec.from === 'coil' && spec.writable === true));

type Pulse = Extract<CommandEffect, { pulse: string }>;

const says = (wrong: boolean, what: string): string[] => (wrong ? [what] : []);
const usedArg = (does: CommandEffect): string | undefined =>
  'pulse' in does && typeof does.ms === 'object' ? does.ms.arg : undefined;

const ofOutput = (point: string, profile: ProfileSpec): string[] =>
  says(!isOutput(profile.points[point]), `“${point}” is no output; name a line-out or a writable coil`);

function ofPulse({ pulse, ms }: Pulse, command: CommandSpec, profile: ProfileSpec): string[] {
  const arg = typeof ms === 'object' ? command.args?.[ms.arg] : undefined;
  if (typeof ms === 'object' && !arg) return [`its pulse goes by an argument “${ms.arg}” that is not declared`];
  if (arg && arg.unit !== 's') return ['the length of its pulse is an argument in seconds; give it the unit “s”'];
  const [least, most] = typeof ms === 'object' ? [(arg?.min ?? 0) * 1_000, (arg?.max ?? 0) * 1_000] : [ms, ms];
  const spec = profile.points[pulse];
  const own = spec && 'pulse' in spec ? spec.pulse : undefined;
  const [step, steps] = own ? [own.stepMs, own.mostSteps] : [1, longestPulse];
  return [
    ...says(!(least >= 10 && most <= longestPulse), `its pulse must last 10 to ${longestPulse} ms`),
    ...says(
      own !== undefined && (least < step || most > step * steps),
      `the device’s own pulse lasts ${step} to ${step * steps} ms; keep within that`,
    ),
  ];
}

function ofState(what: string, { point, is }: PointState, profile: ProfileSpec): string[] {
  const spec = profile.points[point];
  if (!spec) return [`${what}: there is no point “${point}”; name one of ${Object.keys(profile.points).join(', ')}`];
  const fits =
    spec.as === 'bool'
      ? typeof is === 'boolean'
      : spec.as === 'choice'
        ? Object.values(spec.of).some((name) => name === is)
        : typeof is === (spec.as === 'text' ? 'string' : 'number');
  return says(!fits, `${what}: “${point}” can never be ${JSON.stringify(is)}`);
}
