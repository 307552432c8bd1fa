import type { LogSnapshot } from './continuity.ts';

/** One entry of the log. */
export interface LogEntry {
  readonly id: string;
  readonly keys: string[];
}

/** Reads the reply of the snapshot script. */
export function parseSnapshot(reply: unknown, limit: number): LogSnapshot {
  const [runId, lastId, firstId, added, raw] = reply as [string, string, string, number, unknown];
  const entries = parseEntries(raw);
  return {
    runId: runId === '' ? undefined : runId,
    lastId,
    firstId: firstId === '' ? undefined : firstId,
    added: added < 0 ? undefined : added,
    entries,
    isComplete: entries.length < limit,
  };
}

/** Reads the reply of XREAD on one stream: nothing, a list of pairs, or the map of RESP3. */
export function parseRead(reply: unknown): LogEntry[] {
  if (reply === null || reply === undefined) return [];
  if (reply instanceof Map) return [...reply.values()].flatMap(parseEntries);
  if (!Array.isArray(reply)) return Object.values(reply).flatMap(parseEntries);
  // RESP3 maps may also come as a flat list of name and entries.
  if (typeof reply[0] === 'string') return parseEntries(reply[1]);
  return reply.flatMap((pair: [string, unknown]) => parseEntries(pair[1]));
}

function parseEntries(raw: unknown): LogEntry[] {
  return (raw as [string, string[] | null][]).map(([id, fields]) => ({
    id,
    // Names and values alternate; every value is a key.
    keys: (fields ?? []).filter((_, index) => index % 2 === 1),
  }));
}
