import { allows, type OperatorRole, usualRoles } from '../../sdk/model/command.ts';
import { FengsuiError } from '../../sdk/model/errors.ts';
import { isSign1, openSign1, signedBytes } from '../../sdk/wire/sign1.ts';
import type { OperatorKey } from '../platform/ed25519.ts';

/** Somebody who may change things, and in which roles. */
export type Operator = OperatorKey & { readonly roles?: readonly OperatorRole[] };
export type Operators = ReadonlyMap<string, Operator>;

/** What was signed, and by whom: one, or two different persons. */
export type Signed = { readonly payload: Uint8Array; readonly by: readonly [string, ...string[]] };

/** What is inside the signatures, which are not looked at: only to know whom to answer. @throws FengsuiError PROTOCOL */
export function innermost(bytes: Uint8Array): Uint8Array {
  if (!isSign1(bytes)) return bytes;
  const { payload } = openSign1(bytes);
  return isSign1(payload) ? openSign1(payload).payload : payload;
}

/**
 * Verifies a message for a topic; a second person signs over the whole message of the first.
 * @throws FengsuiError PROTOCOL | FORBIDDEN
 */
export function verified(operators: Operators, topic: string, bytes: Uint8Array): Signed {
  const outer = signerOf(operators, topic, bytes);
  if (!isSign1(outer.payload)) return { payload: outer.payload, by: [outer.name] };
  const inner = signerOf(operators, topic, outer.payload);
  if (inner.name === outer.name)
    throw new FengsuiError(
      'FORBIDDEN',
      `“${inner.name}” has signed twice: the second signature must be another person’s`,
    );
  return { payload: inner.payload, by: [inner.name, outer.name] };
}

/** @throws FengsuiError FORBIDDEN unless each of them has the role, or one that allows as much. */
export function requireRole(operators: Operators, names: readonly string[], role: OperatorRole): void {
  const lacking = names.find((name) => !allows(operators.get(name)?.roles ?? usualRoles, role));
  if (lacking === undefined) return;
  throw new FengsuiError(
    'FORBIDDEN',
    `“${lacking}” does not have the role “${role}” on this gateway; it must stand under “roles” of the operator in the gateway’s configuration`,
  );
}

function signerOf(operators: Operators, topic: string, bytes: Uint8Array): { name: string; payload: Uint8Array } {
  const { keyId, payload, signature } = openSign1(bytes);
  const key = operators.get(keyId);
  if (!key) {
    throw new FengsuiError(
      'FORBIDDEN',
      `“${keyId.slice(0, 64)}” is not an operator of this gateway; its public key must stand under “operators” in the gateway’s configuration`,
    );
  }
  if (!key.verifies(signedBytes(payload, topic), signature)) {
    throw new FengsuiError('FORBIDDEN', `the signature is not that of “${keyId}” over this message for this gateway`);
  }
  return { name: keyId, payload };
}
