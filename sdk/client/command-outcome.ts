import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { CommandRisk, CommandState } from '../model/command.ts';
import { type ErrorCode, FengsuiError } from '../model/errors.ts';
import type { ClockTrust } from '../model/time.ts';
import { type CommandArgs, type CommandReceipt, decodeCommandReceipt, type SeenPoint } from '../wire/command.ts';
import { fieldsOf } from '../wire/parse.ts';
import type { Data } from '../wire/request.ts';
import { openSign1, signedBytes } from '../wire/sign1.ts';
import { type Site, topicOf } from '../wire/topics.ts';
import { wallOf } from './results.ts';

/** What became of a command to a device, as its gateway has signed it. */
export type CommandOutcome = {
  /** Names the command for ever. */
  readonly auditId: string;
  readonly gateway: string;
  readonly device: string;
  readonly command: string;
  readonly args: CommandArgs;
  /** Absent where the device has no such command. */
  readonly risk?: CommandRisk;
  /**
   * `verified`: done, and its proof was seen in time. `executed`: done; nothing is declared that would prove it.
   * `not-proven`: done, but its proof did not come. `refused`: nothing was done. `interrupted`: the gateway stopped in
   * the middle, and nobody knows.
   */
  readonly state: CommandState;
  /** Of a refusal. */
  readonly code?: ErrorCode;
  /** Why it was refused, is not proven or was interrupted. */
  readonly message?: string;
  /** When the gateway took it up, by its clock, which was as trustworthy as `clock` says. */
  readonly at: Date;
  readonly clock: ClockTrust;
  /** Until its outcome was known, ms. */
  readonly tookMs: number;
  /** Version of the device list under which it was done. */
  readonly configVersion: number;
  /** Names of the keys that have signed it: one, or two. */
  readonly signedBy: readonly string[];
  /** What the profile or the site names, before and when the outcome was known. Without `value` it could not be read. */
  readonly before: readonly SeenPoint[];
  readonly after: readonly SeenPoint[];
  /** The signed receipt (COSE_Sign1, Ed25519), to be kept as evidence. */
  readonly receipt: Uint8Array;
  /** Whether its signature is that of the key which the gateway shows. False only where it shows none (an earlier version). */
  readonly isAuthentic: boolean;
};

/**
 * The outcome in the result of `invoke` or `outcome`.
 * @param key the gateway's receipt key, 32 bytes, where it has told one.
 * @throws FengsuiError PROTOCOL when it makes no sense, is of another command, or is not signed by that key.
 */
export function readOutcome(
  raw: Data,
  of: { site: Site; auditId: string; key: Uint8Array | undefined },
): CommandOutcome {
  const { site, auditId, key } = of;
  const receipt = Uint8Array.from(fieldsOf(raw, 'outcome').bytes('receipt'));
  const { payload, signature } = openSign1(receipt);
  if (key && !verify(null, signedBytes(payload, topicOf(site, 'state')), publicKey(key), signature))
    throw new FengsuiError('PROTOCOL', `the receipt is not signed by the key that gateway ${site.gateway} shows`);
  const what = decodeCommandReceipt(payload);
  if (what.audit !== auditId)
    throw new FengsuiError('PROTOCOL', `gateway ${site.gateway} told the outcome of another command (${what.audit})`);
  return { ...described(site, what), receipt, isAuthentic: key !== undefined };
}

function described({ gateway }: Site, receipt: CommandReceipt): Omit<CommandOutcome, 'receipt' | 'isAuthentic'> {
  const { audit, at, ...rest } = receipt;
  return { ...rest, gateway, auditId: audit, at: new Date(wallOf(at, 'command receipt: at')) };
}

/** @throws FengsuiError PROTOCOL */
function publicKey(bytes: Uint8Array): KeyObject {
  try {
    const x = Buffer.from(bytes).toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch (cause) {
    throw new FengsuiError('PROTOCOL', 'the gateway’s receipt key is no Ed25519 key', { cause });
  }
}
