import type { ResetReason } from './invalidation-log.ts';
import type { ShardPosition } from './position.ts';

/** One entry as the log holds it. */
export interface LoggedEntry {
  readonly sequence: number;
  readonly body: string;
}

/** What a shard of the log said about itself in one moment, with the entries after a cursor. */
export interface LogAnswer {
  readonly epoch: string;
  /** The number of its last entry. */
  readonly sequence: number;
  /** The epoch that a clear ended to begin this one; empty when it began otherwise. */
  readonly clearedFrom: string;
  /** The number of the first entry that it still holds; 0 for none. Known where the entries do not fit. */
  readonly first: number;
  readonly entries: readonly LoggedEntry[];
  /** Whether `entries` reach the end. */
  readonly isComplete: boolean;
}

/** What follows from an answer. */
export interface Advance {
  readonly reset: ResetReason | undefined;
  /** What to hear, in order. After a reset nothing: it was forgotten with the rest. */
  readonly entries: readonly LoggedEntry[];
  /** Where the follower stands afterwards. */
  readonly cursor: ShardPosition;
  /** Whether it has then heard everything that the log had taken when it answered. */
  readonly isAtEnd: boolean;
}

/** A cursor that takes the log as it finds it. */
export const FROM_NOW: ShardPosition = { epoch: '', sequence: -1 };

/**
 * What to do with an entry that was pushed: `next`, apply it; `old`, it was heard before; `clear`, forget
 * everything and go on behind it; `gap`, ask the log.
 */
export function judgePush(
  cursor: ShardPosition,
  entry: ShardPosition,
  isClear: boolean,
): 'next' | 'old' | 'clear' | 'gap' {
  if (cursor.epoch === '') return 'gap';
  // Whoever forgets everything may start at any epoch; the next answer of the log tells if it is not the last one.
  if (entry.epoch !== cursor.epoch) return isClear ? 'clear' : 'gap';
  if (entry.sequence <= cursor.sequence) return 'old';
  return entry.sequence === cursor.sequence + 1 ? 'next' : 'gap';
}

/**
 * What to do with an answer of the log. `cursor` is where the follower stands now; since it asked, pushes may have
 * moved it on from `asked` within the same epoch.
 */
export function judgeAnswer(cursor: ShardPosition, asked: ShardPosition, answer: LogAnswer): Advance {
  const end: ShardPosition = { epoch: answer.epoch, sequence: answer.sequence };
  const forget = (reset: ResetReason): Advance => ({ reset, entries: [], cursor: end, isAtEnd: true });
  if (cursor.epoch === '' && cursor.sequence < 0) return { reset: undefined, entries: [], cursor: end, isAtEnd: true };
  if (cursor.epoch !== '' && cursor.epoch !== answer.epoch) {
    return forget(answer.clearedFrom === cursor.epoch ? 'cleared' : 'lost');
  }
  // Under one epoch numbers never go back, unless the log was told to trust an older copy of itself.
  if (asked.epoch === answer.epoch && answer.sequence < asked.sequence) return forget('lost');
  const start: ShardPosition = { epoch: answer.epoch, sequence: cursor.sequence };
  if (answer.sequence <= start.sequence) return { reset: undefined, entries: [], cursor: start, isAtEnd: true };

  const unheard = answer.entries.filter(({ sequence }) => sequence > start.sequence);
  const last = start.sequence + unheard.length;
  const isContiguous = unheard.every(({ sequence }, index) => sequence === start.sequence + 1 + index);
  if (!isContiguous || (answer.isComplete && last < answer.sequence)) {
    return forget(answer.first > start.sequence + 1 ? 'trimmed' : 'lost');
  }
  const isAtEnd = last >= answer.sequence;
  return { reset: undefined, entries: unheard, cursor: { epoch: answer.epoch, sequence: last }, isAtEnd };
}
