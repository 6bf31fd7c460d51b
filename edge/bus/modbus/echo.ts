import type { Inbox } from './inbox.ts';
import type { Request } from './request.ts';
import { answerLength } from './request.ts';

/**
 * The copy of a request that an adapter gives back which hears itself. It is dropped before the answer is looked for.
 * Where the answer may be the very same bytes, as that of a write is, what a line did at its last answered read
 * decides which of the two it is.
 */
export type Echo = {
  /** Drops the copy, once a request, and says whether it did. */
  strip(inbox: Inbox): boolean;
  sent(request: Request, frame: Buffer): void;
  answered(): void;
};

export function echo(): Echo {
  let isLineKnown = false;
  let doesLineEcho = false;
  let asked: { readonly request: Request; readonly frame: Buffer; heard: boolean } | undefined;

  /** Whether an answer is expected that may be the same as the request. */
  const isAmbiguous = (request: Request, frame: Buffer): boolean => answerLength(frame, 0, request) === frame.length;
  const mayBeEcho = (request: Request, frame: Buffer): boolean => {
    if (!isAmbiguous(request, frame)) return true;
    return isLineKnown ? doesLineEcho : request.bytes > 0;
  };
  return {
    sent(request, frame) {
      asked = { request, frame, heard: false };
    },
    strip(inbox) {
      if (!asked || asked.heard || inbox.length() < asked.frame.length) return false;
      const at = inbox.bytes.subarray(0, inbox.length()).indexOf(asked.frame);
      if (at < 0 || !mayBeEcho(asked.request, asked.frame)) return false;
      inbox.dropTo(at + asked.frame.length);
      asked.heard = true;
      return true;
    },
    answered() {
      if (asked && asked.request.bytes > 0) {
        isLineKnown = true;
        doesLineEcho = asked.heard;
      }
      asked = undefined;
    },
  };
}
