import { covers, isOperatorRole, type OperatorRole, operatorRoles } from '../../../sdk/model/command.ts';
import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { CommandSpec } from '../../../sdk/model/profile.ts';
import type { InvokeParams } from '../../../sdk/wire/command.ts';
import { sha256 } from '../../platform/sha256.ts';
import type { Invoker } from '../../uplink/request-desk.ts';
import type { CommandContext } from './command-context.ts';
import { checkTiming } from './in-time.ts';

/** A command that was found good to be taken up: from here on its audit id is spent, whatever becomes of it. */
export type Accepted = {
  readonly p: InvokeParams;
  readonly who: Invoker;
  readonly digest: string;
  /** Absent where the device has no such command. */
  readonly spec: CommandSpec | undefined;
};

/** Which command by whom: the same audit id for another one is refused. */
export const digestOf = ({ device, command, args }: InvokeParams, { by }: Invoker): string =>
  sha256(JSON.stringify([by[0], device, command, Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1))])).slice(
    0,
    32,
  );

/**
 * Whether somebody may do this now. Nothing is done and nothing stored when it throws; the challenge is spent last.
 * @throws FengsuiError INVALID, FORBIDDEN, APPROVAL_REQUIRED, CLOCK_UNTRUSTED, COMMAND_EXPIRED, OVERLOADED, CHALLENGE_EXPIRED
 */
export function accept(p: InvokeParams, who: Invoker, ctx: CommandContext): Accepted {
  const { site, clock, executed } = ctx;
  const role = roleIn(p);
  who.require(role);
  const commands = ctx.outputs.device(p.device)?.profile.commands ?? {};
  const spec = Object.hasOwn(commands, p.command) ? commands[p.command] : undefined;
  if (spec && !covers(role, spec.risk))
    throw new FengsuiError(
      'FORBIDDEN',
      `“${p.command}” is of risk “${spec.risk}”, which the role “${role}” does not cover`,
    );
  if (spec && site.twoPersons.includes(spec.risk) && who.by.length < 2) {
    throw new FengsuiError(
      'APPROVAL_REQUIRED',
      `“${p.command}” is of risk “${spec.risk}”: at this site a second operator must sign the same command, too`,
    );
  }
  const timing = { notAfter: p.notAfter, answersChallenge: who.spend !== undefined, floor: executed.floor() };
  checkTiming({ ...timing, wall: clock.wall(), trust: clock.trust() });
  if (executed.isFull())
    throw new FengsuiError('OVERLOADED', 'too many commands within their validity: try again in some minutes');
  who.spend?.();
  return { p, who, digest: digestOf(p, who), spec };
}

function roleIn({ role }: InvokeParams): OperatorRole {
  if (isOperatorRole(role)) return role;
  throw new FengsuiError('INVALID', `role: expected one of ${operatorRoles.join(', ')}, got “${role}”`);
}
