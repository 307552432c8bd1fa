import { compareIds, FIRST_ID } from './entry-id.ts';
import type { ResetReason } from './invalidation-log.ts';
import type { LogEntry } from './stream-reply.ts';

/** The entries of a log in memory, the oldest of which are dropped. */
export interface MemoryEntries {
  readonly lastId: string;
  append(keys: string[]): string;
  /** The first entry after the cursor. */
  after(cursor: string): LogEntry | undefined;
  /** Why a follower at `cursor` cannot be told everything that followed. */
  gapAfter(cursor: string): ResetReason | undefined;
}

/**
 * Keeps the last `maxEntries` entries, numbered from 1.
 *
 * @throws RangeError when `maxEntries` is not a positive integer.
 */
export function createMemoryEntries(maxEntries: number): MemoryEntries {
  if (!(Number.isInteger(maxEntries) && maxEntries >= 1)) {
    throw new RangeError(`maxEntries must be a positive integer, got ${maxEntries}`);
  }
  const kept = new Map<number, string[]>();
  let last = 0;
  const idOf = (number: number): string => (number === 0 ? FIRST_ID : `${number}-0`);
  const numberOf = (id: string): number => Number(id.slice(0, id.indexOf('-')));
  return {
    get lastId() {
      return idOf(last);
    },
    append(keys) {
      last++;
      kept.set(last, keys);
      kept.delete(last - maxEntries);
      return idOf(last);
    },
    after(cursor) {
      const number = numberOf(cursor) + 1;
      const keys = kept.get(number);
      return keys === undefined ? undefined : { id: idOf(number), keys };
    },
    gapAfter(cursor) {
      if (compareIds(cursor, idOf(last)) > 0) return 'lost';
      return last - numberOf(cursor) > maxEntries ? 'trimmed' : undefined;
    },
  };
}
