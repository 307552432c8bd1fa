import type { Invalidation, ResetReason } from '../invalidation-log.ts';
import { formatPosition, type ShardPosition } from '../position.ts';
import { encodeFrame } from './frame.ts';
import { entryMessage } from './relay-message.ts';

/** Something that followers are told, ready to be sent. */
export interface RelayEvent {
  readonly frame: Buffer;
  /** For an entry: which one it is. A follower that has passed it already is not told. */
  readonly entry: Pick<Invalidation, 'shard' | 'epoch' | 'sequence'> | undefined;
  /** Only for followers with a lease. */
  readonly isForLeases: boolean;
}

/** The last events of a relay, in the order in which all followers hear them. */
export interface RelayRing {
  /** The number of the oldest event that is kept, and that of the next one to come. */
  readonly first: number;
  readonly end: number;
  /** The first event that one who knows every epoch may need: the one after the last reset, or the oldest. */
  readonly start: number;
  at(index: number): RelayEvent | undefined;
  add(entry: Invalidation): void;
  /** Nobody who comes back needs what was before it. */
  reset(reason: ResetReason, at: readonly ShardPosition[]): void;
  /** Asks followers with a lease to acknowledge. */
  ask(): void;
  /** Whether every entry after this one of its shard is kept, given the last that was added. */
  reachesBackTo(shard: number, sequence: number, last: number): boolean;
}

/** What a ring may hold. */
export interface RingOptions {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** An empty ring. */
export function createRelayRing({ maxEntries, maxBytes }: RingOptions): RelayRing {
  const events = new Map<number, RelayEvent>();
  /** The first entry of each shard that is kept for those who come back. */
  const oldest = new Map<number, number>();
  let first = 0;
  let end = 0;
  let bytes = 0;
  let afterReset = 0;

  function push(event: RelayEvent): void {
    events.set(end++, event);
    bytes += event.frame.length;
    // The newest stays, however large it is: it has to reach those who keep up.
    while (end - first > 1 && (end - first > maxEntries || bytes > maxBytes)) dropFirst();
  }

  function dropFirst(): void {
    const dropped = events.get(first)!;
    events.delete(first++);
    bytes -= dropped.frame.length;
    if (dropped.entry !== undefined && first > afterReset) oldest.set(dropped.entry.shard, dropped.entry.sequence + 1);
  }

  return {
    get first() {
      return first;
    },
    get end() {
      return end;
    },
    get start() {
      return Math.max(first, afterReset);
    },
    at: (index) => events.get(index),
    add(entry) {
      const { shard, epoch, sequence } = entry;
      if (!oldest.has(shard)) oldest.set(shard, sequence);
      push({ frame: encodeFrame(entryMessage(entry)), entry: { shard, epoch, sequence }, isForLeases: false });
    },
    reset(reason, at) {
      oldest.clear();
      push({
        frame: encodeFrame({ t: 'reset', reason, at: formatPosition(at) }),
        entry: undefined,
        isForLeases: false,
      });
      afterReset = end;
    },
    ask: () => push({ frame: encodeFrame({ t: 'ask' }), entry: undefined, isForLeases: true }),
    reachesBackTo: (shard, sequence, last) => sequence + 1 >= (oldest.get(shard) ?? last + 1),
  };
}
