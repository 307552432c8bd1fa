/** The id of an entry in a Redis stream, `<milliseconds>-<sequence>` in canonical decimal. */
export type StreamId = string;

/** The cursor of a receiver that has applied nothing yet: every entry is after it. */
export const STREAM_START: StreamId = '0-0';

const PATTERN = /^(0|[1-9]\d{0,19})-(0|[1-9]\d{0,19})$/;

/** Whether `text` is a canonical stream id. Ids compare as text below, so nothing else may pass. */
export function isStreamId(text: string): text is StreamId {
  return PATTERN.test(text);
}

/** Below zero when `a` is before `b`, zero when they are the same, above zero when `a` is after `b`. */
export function compareStreamIds(a: StreamId, b: StreamId): number {
  const dashA = a.indexOf('-');
  const dashB = b.indexOf('-');
  // Canonical numbers have no leading zero, so the longer one is the larger, beyond 2^53 as well.
  return (
    compareDecimals(a.slice(0, dashA), b.slice(0, dashB)) || compareDecimals(a.slice(dashA + 1), b.slice(dashB + 1))
  );
}

/** The wall-clock milliseconds at which Redis gave the id out. */
export function streamIdTimeMs(id: StreamId): number {
  return Number(id.slice(0, id.indexOf('-')));
}

function compareDecimals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
