import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import {
  decodeEnrolmentReply,
  type EnrolmentReply,
  enrolmentPath,
  enrolmentType,
  mostOfReply,
} from '../../sdk/identity/claim/enrolment.ts';
import { describeError, FengsuiError } from '../../sdk/model/errors.ts';

/**
 * Sends a request to an enrolment service. What comes back is believed only once the code has shown that it is of the
 * authority; so no certificate of the service is asked for, which a gateway could not judge before it is enrolled.
 * @throws FengsuiError UNAVAILABLE (not reached, or too long or slow), PROTOCOL (this is no enrolment service)
 */
export async function askService(service: string, body: Uint8Array, signal: AbortSignal): Promise<EnrolmentReply> {
  const url = new URL(enrolmentPath, service);
  const headers = { 'content-type': enrolmentType, 'content-length': body.length };
  const options: RequestOptions = { method: 'POST', headers, signal, agent: false };
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    const heard = (response: IncomingMessage): void => void wholeOf(response).then(resolve, reject);
    const asked =
      url.protocol === 'https:'
        ? tlsRequest(url, { ...options, rejectUnauthorized: false }, heard)
        : plainRequest(url, options, heard);
    asked.once('error', reject);
    asked.end(body);
  }).catch((cause: unknown) => {
    if (FengsuiError.is(cause)) throw cause;
    throw new FengsuiError(
      'UNAVAILABLE',
      `the enrolment service ${url.origin} cannot be reached: ${describeError(cause)}`,
      { cause },
    );
  });
  return decodeEnrolmentReply(bytes);
}

async function wholeOf(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > mostOfReply) throw new FengsuiError('PROTOCOL', `the reply has more than ${mostOfReply} bytes`);
    parts.push(part);
  }
  return Uint8Array.from(Buffer.concat(parts));
}
