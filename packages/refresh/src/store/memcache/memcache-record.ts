import { Buffer } from 'node:buffer';

/** What is stored of a value, besides its bytes. Durations are those at the moment of writing. */
export interface RecordedValue {
  readonly ticket: number;
  readonly ageMs: number;
  readonly freshForMs: number;
  readonly keptForMs: number;
  readonly validator: string | undefined;
}

/** What one item says of an entry. */
export interface MemcacheRecord {
  /** Which key it belongs to. */
  readonly key: string;
  /** When it was written, by the wall clock of who wrote it, and the time to live that it was given then, in seconds. */
  readonly writtenAt: number;
  readonly ttlSeconds: number;
  /** The greatest ticket that has begun. */
  readonly highest: number;
  /** The ticket that may write, until it is superseded. */
  readonly ticket: number | undefined;
  /** How long ago that one began. */
  readonly begunMs: number;
  /** The newest leader that it was loaded under, of a source that one process leads. */
  readonly leader?: number | undefined;
  readonly value: RecordedValue | undefined;
  /** Empty without a value. */
  readonly bytes: Buffer;
}

/** What comes first: somebody else's item is none of ours, and neither is a format of the future. */
const MAGIC = 'lockstep-refresh/1 ';

/** The bytes of a record: one line of JSON, then those of the value. */
export function formatRecord({ bytes, ...head }: MemcacheRecord): Buffer {
  return Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify({ ...head, length: bytes.length })}\n`), bytes]);
}

/** The record in these bytes; undefined where they are not a whole one for this key. */
export function parseRecord(raw: Buffer, key: string): MemcacheRecord | undefined {
  const end = raw.indexOf(0x0a);
  if (end < 0 || !raw.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) return undefined;
  const bytes = raw.subarray(end + 1);
  let head: Partial<Omit<MemcacheRecord, 'bytes'>> & { readonly length?: number };
  try {
    head = JSON.parse(raw.toString('utf8', MAGIC.length, end)) as typeof head;
  } catch {
    return undefined;
  }
  if (head.key !== key || head.length !== bytes.length) return undefined;
  const { writtenAt = 0, ttlSeconds = 0, highest = 0, ticket, begunMs = 0, leader, value } = head;
  const held = value === undefined ? undefined : { ...value, validator: value.validator };
  return { key, writtenAt, ttlSeconds, highest, ticket, begunMs, leader, value: held, bytes };
}

/**
 * The record as of now: durations moved on by what has passed since it was written. How long that is the server says in
 * whole seconds, by the time to live that is left, and the wall clocks of two processes say in between.
 *
 * @param leftSeconds time to live that is left
 */
export function recordAt(record: MemcacheRecord, now: number, leftSeconds: number): MemcacheRecord {
  const byServerMs = (record.ttlSeconds - leftSeconds) * 1000;
  // The server's seconds begin when they like: what has passed is up to one more or less than it counted.
  const passedMs = Math.max(0, byServerMs - 1000, Math.min(byServerMs + 1000, now - record.writtenAt));
  const { value } = record;
  const isKept = value !== undefined && value.keptForMs > passedMs;
  return {
    ...record,
    begunMs: record.begunMs + passedMs,
    value: isKept
      ? {
          ...value,
          ageMs: value.ageMs + passedMs,
          freshForMs: value.freshForMs - passedMs,
          keptForMs: value.keptForMs - passedMs,
        }
      : undefined,
    bytes: isKept ? record.bytes : Buffer.alloc(0),
  };
}
