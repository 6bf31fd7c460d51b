import { type ErrorCode, FengsuiError, isErrorCode } from '../../model/errors.ts';
import { decodeCbor, encodeCbor } from '../../wire/cbor.ts';
import { fieldsOf, mapOf } from '../../wire/parse.ts';
import type { ClaimKey } from './claim-key.ts';

/** Where an enrolment is asked for, by POST. */
export const enrolmentPath = '/fengsui/v1/enrol';
export const enrolmentType = 'application/cbor';
/** Bytes of a request, at most; one has about 700. */
export const mostOfRequest = 4_096;
/** Bytes of a reply, at most. */
export const mostOfReply = 32_768;

/** A gateway’s key, shown by who knows the code of the claim. */
export type EnrolmentRequest = {
  readonly claim: string;
  /** Certificate request, PEM. */
  readonly request: string;
  readonly signature: Uint8Array;
};

/** What a gateway is told that has asked with a code. A refusal has the code and the message of a FengsuiError. */
export type EnrolmentReply =
  | {
      readonly ok: true;
      /** The facts of the gateway’s site, sealed by the code; PEM. */
      readonly ticket: string;
      /** PEM. */
      readonly certificate: string;
    }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      /** For people. Nobody has signed it. */
      readonly message: string;
    };

/** What the key of the claim signs. */
export const enrolmentBytes = (claim: string, request: string): Uint8Array =>
  new TextEncoder().encode(`fengsui enrolment 1\n${claim}\n${request}`);

export function encodeEnrolment(request: string, key: ClaimKey): Uint8Array {
  const signature = key.sign(enrolmentBytes(key.id, request));
  return encodeCbor(
    mapOf([
      ['claim', key.id],
      ['request', request],
      ['signature', signature],
    ]),
  );
}

/** @throws FengsuiError PROTOCOL */
export function decodeEnrolment(bytes: Uint8Array): EnrolmentRequest {
  const f = fieldsOf(decodeCbor(bytes, { bytes: mostOfRequest, depth: 2, items: 16 }), 'enrolment');
  const claim = f.text('claim');
  if (!/^[0-9a-f]{32}$/.test(claim)) throw new FengsuiError('PROTOCOL', 'enrolment: expected a claim of 32 hex digits');
  return { claim, request: f.text('request'), signature: f.bytes('signature') };
}

/** As it goes to the gateway, `application/cbor`: for whoever answers enrolments on a server of their own. */
export const encodeEnrolmentReply = (reply: EnrolmentReply): Uint8Array =>
  encodeCbor(mapOf(Object.entries(reply).map(([name, value]) => [name, value])));

/** @throws FengsuiError PROTOCOL */
export function decodeEnrolmentReply(bytes: Uint8Array): EnrolmentReply {
  const f = fieldsOf(decodeCbor(bytes, { bytes: mostOfReply, depth: 2, items: 16 }), 'enrolment reply');
  if (f.flag('ok')) return { ok: true, ticket: f.text('ticket'), certificate: f.text('certificate') };
  const code = f.text('code');
  return { ok: false, code: isErrorCode(code) ? code : 'PROTOCOL', message: plain(f.text('message')) };
}

/** It may be of anybody on the way: it must not command the terminal in which it is read, nor change how the rest is read. */
const plain = (text: string): string => text.slice(0, 500).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
