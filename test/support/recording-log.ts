import type { Fields, Log } from '../../edge/platform/log.ts';

export type RecordingLog = Log & { readonly lines: readonly { readonly event: string; readonly fields: Fields }[] };

/** Keeps what was logged. */
export function recordingLog(): RecordingLog {
  const lines: { event: string; fields: Fields }[] = [];
  const line = (event: string, fields: Fields = {}): void => {
    lines.push({ event, fields });
  };
  const log: RecordingLog = { lines, info: line, warn: line, child: () => log };
  return log;
}
