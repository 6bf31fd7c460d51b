import { type RequestOptions, request } from 'node:http';
import { decodeEnrolmentReply, type EnrolmentReply } from '../../sdk/identity/claim/enrolment.ts';

/** Sends bytes to an enrolment service as anybody could. */
export async function postEnrolment(
  service: string,
  bytes: Uint8Array,
  options: RequestOptions = {},
): Promise<{ readonly status: number; readonly reply: EnrolmentReply }> {
  const url = new URL('/fengsui/v1/enrol', service);
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent: false, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          reply: decodeEnrolmentReply(Uint8Array.from(Buffer.concat(parts))),
        }),
      );
    });
    asked.once('error', reject);
    asked.end(bytes);
  });
}
