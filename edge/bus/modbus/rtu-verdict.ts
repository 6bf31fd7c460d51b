import { FengsuiError } from '../../../sdk/model/errors.ts';
import type { Millis } from '../../../sdk/model/time.ts';
import type { Inbox } from './inbox.ts';
import { describeRequest } from './request.ts';
import { findAnyAnswer } from './rtu-frame.ts';
import type { RtuWait } from './rtu-wait.ts';

export type Verdict = {
  readonly error: FengsuiError;
  /** The unit has answered, if wrongly: nothing more is to be expected of it. */
  readonly isAnswered: boolean;
};

/** What is to be said of bytes that are no answer to what was asked, and of no other unit; `name` is that of the line. */
export function rtuVerdict(received: Inbox, { request, limit }: RtuWait, name: string): Verdict {
  const { bytes } = received;
  const length = received.length();
  const asked = `${name}, ${describeRequest(request)}`;
  const wrong = findAnyAnswer(bytes, length);
  if (wrong) {
    const frame = bytes.subarray(wrong.start, wrong.start + wrong.length);
    return { isAnswered: true, error: misfit(asked, frame) };
  }
  // Fewer bytes are a glitch of the line, not an attempt to answer.
  return length < 3
    ? { isAnswered: false, error: silent(asked, limit) }
    : { isAnswered: length >= request.length, error: damaged(asked, bytes.subarray(0, length)) };
}

const misfit = (asked: string, frame: Buffer): FengsuiError =>
  new FengsuiError(
    'BUS_REPLY',
    `${asked}: an answer came that does not fit: unit ${frame[0]}, function ${frame[1]}, ${frame.length} bytes; ` +
      'look for two devices of one address, or a wrong profile',
    { details: { frame: frame.toString('hex') } },
  );

const silent = (asked: string, limit: Millis): FengsuiError =>
  new FengsuiError(
    'BUS_TIMEOUT',
    `${asked}: no answer within ${Math.round(limit)} ms; ` +
      'check power, wiring (A and B), address and speed of the device',
  );

const damaged = (asked: string, bytes: Buffer): FengsuiError =>
  new FengsuiError(
    'BUS_CRC',
    `${asked}: ${bytes.length} bytes came, but no intact answer; check termination, shield and speed`,
    { details: { bytes: bytes.toString('hex', 0, 32) } },
  );
