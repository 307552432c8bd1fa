import type { ShardPosition } from '../position.ts';
import type { PushedEntry } from './parse-push.ts';

/** More than come in while the log is asked. Those that have no place here, the log still has. */
const MAX_HELD = 1000;
const MAX_HELD_BYTES = 1_048_576;

/** Pushes that came before what precedes them, kept while the log is asked for that. */
export interface HeldPushes {
  hold(entry: PushedEntry): void;
  /** Hands them over in order until one has no place yet: then it is false, and the others are dropped. */
  drain(take: (at: ShardPosition, body: string) => boolean): boolean;
}

/** An empty one. */
export function createHeldPushes(): HeldPushes {
  let entries: PushedEntry[] = [];
  let bytes = 0;
  return {
    hold(entry) {
      if (entries.length >= MAX_HELD || bytes + entry.body.length > MAX_HELD_BYTES) return;
      entries.push(entry);
      bytes += entry.body.length;
    },
    drain(take) {
      const drained = entries;
      entries = [];
      bytes = 0;
      return drained.every(({ at, body }) => take(at, body));
    },
  };
}
