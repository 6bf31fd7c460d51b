import { putRequest, requestLength } from './codec.ts';
import { answerLength, type Request } from './request.ts';

/** Where an answer stands in what was received. */
export type Found = { readonly start: number; readonly length: number };

/** Longest RTU frame: MODBUS over Serial Line V1.02, clause 2.5.1.1. */
export const longestFrame = 256;
/** Unit, function, one byte and CRC: an exception. Fewer bytes can be no frame. */
export const shortestFrame = 5;

const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** CRC-16 of MODBUS over Serial Line V1.02, clause 2.5.1.2, of `bytes` from `start` up to, not with, `end`. */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffff;
  for (let i = start; i < end; i++) crc = (crc >> 8) ^ (crcTable[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return crc;
}

/** The request as it goes on the line. */
export function requestFrame(request: Request): Buffer {
  const frame = Buffer.allocUnsafe(requestLength + 2);
  putRequest(request, frame, 0);
  frame.writeUInt16LE(crc16(frame, 0, requestLength), requestLength);
  return frame;
}

/** The first frame in the first `end` bytes that answers `request` and whose CRC is right, noise before it or not. */
export function findAnswer(bytes: Uint8Array, end: number, request: Request): Found | undefined {
  for (let start = 0; start + shortestFrame <= end; start++) {
    const length = answerLength(bytes, start, request);
    if (length > 0 && start + length <= end && intact(bytes, start, length)) return { start, length };
  }
  return undefined;
}

/** The first intact frame of any answer there is in the first `end` bytes, whomever it was meant for. */
export function findAnyAnswer(bytes: Uint8Array, end: number): Found | undefined {
  for (let start = 0; start + shortestFrame <= end; start++) {
    const length = lengthByFunction(bytes, start);
    if (length > 0 && start + length <= end && intact(bytes, start, length)) return { start, length };
  }
  return undefined;
}

/** As {@link findAnyAnswer}, or a request, as another master on the line would send it. */
export function findAnyFrame(bytes: Uint8Array, end: number): Found | undefined {
  const answer = findAnyAnswer(bytes, end);
  const length = requestLength + 2;
  for (let start = 0; start + length <= (answer?.start ?? end); start++) {
    const code = bytes[start + 1] ?? 0;
    if (code >= 1 && code <= 6 && intact(bytes, start, length)) return { start, length };
  }
  return answer;
}

function lengthByFunction(bytes: Uint8Array, start: number): number {
  const code = bytes[start + 1] ?? 0;
  if (code > 0x80) return shortestFrame;
  if (code >= 1 && code <= 4) return shortestFrame + (bytes[start + 2] ?? 0);
  return code === 5 || code === 6 || code === 15 || code === 16 ? 8 : 0;
}

function intact(bytes: Uint8Array, start: number, length: number): boolean {
  const end = start + length - 2;
  const sent = (bytes[end] ?? 0) | ((bytes[end + 1] ?? 0) << 8);
  return crc16(bytes, start, end) === sent;
}
