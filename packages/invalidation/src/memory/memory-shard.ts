import type { EntryBody } from '../entry-body.ts';
import type { ResetReason } from '../invalidation-log.ts';
import type { ShardPosition } from '../position.ts';

/** One shard of a log in memory, the oldest entries of which are dropped. */
export interface MemoryShard {
  readonly end: ShardPosition;
  append(body: EntryBody): ShardPosition;
  /** Begins a new epoch, whose first entry is this one. */
  clear(epoch: string, body: EntryBody): ShardPosition;
  /** The entry with that number of this epoch. */
  at(sequence: number): EntryBody | undefined;
  /** Why one who stands at `cursor` cannot be told everything that followed. */
  gapAfter(cursor: ShardPosition): ResetReason | undefined;
}

/** Keeps the last `maxEntries` entries. */
export function createMemoryShard(firstEpoch: string, maxEntries: number): MemoryShard {
  let kept = new Map<number, EntryBody>();
  let end: ShardPosition = { epoch: firstEpoch, sequence: 0 };
  let clearedFrom = '';
  function append(body: EntryBody): ShardPosition {
    end = { epoch: end.epoch, sequence: end.sequence + 1 };
    kept.set(end.sequence, body);
    kept.delete(end.sequence - maxEntries);
    return end;
  }
  return {
    get end() {
      return end;
    },
    append,
    clear(epoch, body) {
      clearedFrom = end.epoch;
      kept = new Map();
      end = { epoch, sequence: 0 };
      return append(body);
    },
    at: (sequence) => kept.get(sequence),
    gapAfter({ epoch, sequence }) {
      if (epoch !== end.epoch) return epoch === clearedFrom ? 'cleared' : 'lost';
      if (sequence > end.sequence) return 'lost';
      return end.sequence - sequence > maxEntries ? 'trimmed' : undefined;
    },
  };
}
