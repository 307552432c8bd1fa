import { compareIds, FIRST_ID } from './entry-id.ts';
import type { ResetReason } from './invalidation-log.ts';
import type { LogEntry } from './stream-reply.ts';

/** How far a follower has come. */
export interface LogPosition {
  /** The last entry it has read. */
  readonly cursor: string;
  /** How many entries the log had ever taken, up to and with the cursor; undefined while not known. */
  readonly added: number | undefined;
  /** The Redis process that it has read from; undefined while not known. */
  readonly runId: string | undefined;
}

/** What the log says about itself at one moment, with the entries after a cursor. */
export interface LogSnapshot {
  readonly runId: string | undefined;
  readonly lastId: string;
  readonly firstId: string | undefined;
  /** How many entries it ever took, trimmed ones included; undefined before Redis 7. */
  readonly added: number | undefined;
  readonly entries: readonly LogEntry[];
  /** Whether `entries` reach the end. */
  readonly isComplete: boolean;
}

/** A position from which nothing but the id is known. */
export function positionAt(cursor: string): LogPosition {
  return { cursor, added: cursor === FIRST_ID ? 0 : undefined, runId: undefined };
}

/** The position at the end of a snapshot, whatever was read before. */
export function endOf({ lastId, added, runId }: LogSnapshot): LogPosition {
  return { cursor: lastId, added, runId };
}

/** The position after one more entry. */
export function afterEntry(position: LogPosition, entry: LogEntry): LogPosition {
  return { ...position, cursor: entry.id, added: position.added === undefined ? undefined : position.added + 1 };
}

/** Adds to a position what a snapshot says about the log; the count only where the position is at its end. */
export function withFacts(position: LogPosition, snapshot: LogSnapshot, isAtEnd: boolean): LogPosition {
  return {
    cursor: position.cursor,
    added: isAtEnd ? snapshot.added : position.added,
    runId: snapshot.runId ?? position.runId,
  };
}

/**
 * Says why a follower at `position` cannot have heard everything that the snapshot's log took, or undefined when
 * it has, once it has read the entries of the snapshot.
 *
 * Ids alone do not tell: entries that were lost or trimmed before newer ones came leave ids in order, and trimming
 * does not move `max-deleted-entry-id`. Redis 7 counts what was ever added, and a follower counts what it read.
 */
export function findGap(position: LogPosition, snapshot: LogSnapshot): ResetReason | undefined {
  const { cursor, added, runId } = position;
  // A new process may have started from an older state, even where its ids and counts fit again.
  if (runId !== undefined && snapshot.runId !== undefined && runId !== snapshot.runId) return 'lost';
  if (compareIds(snapshot.lastId, cursor) < 0) return 'lost';
  if (added === undefined || snapshot.added === undefined) return startsAfter(cursor, snapshot) ? 'trimmed' : undefined;
  if (!snapshot.isComplete) return undefined;
  const expected = added + snapshot.entries.length;
  if (snapshot.added === expected) return undefined;
  return snapshot.added > expected ? 'trimmed' : 'lost';
}

/** Whether entries between the cursor and the first one may be missing. */
function startsAfter(cursor: string, { firstId, lastId }: LogSnapshot): boolean {
  return compareIds(firstId ?? lastId, cursor) > 0;
}
