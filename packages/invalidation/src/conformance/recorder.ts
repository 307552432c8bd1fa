import type { Follower, FollowOptions, Invalidation, InvalidationLog, ResetReason } from '../invalidation-log.ts';

/** A follower and everything that it was told. */
export interface Recorder {
  readonly follower: Follower;
  /** Keys in the order in which they were heard. */
  readonly keys: string[];
  readonly entries: Invalidation[];
  readonly resets: ResetReason[];
  readonly errors: Error[];
}

/** Follows a log and writes down what it hears. Close its follower. */
export function record(log: InvalidationLog, options: Partial<FollowOptions> = {}): Recorder {
  const keys: string[] = [];
  const entries: Invalidation[] = [];
  const resets: ResetReason[] = [];
  const errors: Error[] = [];
  const follower = log.follow({
    onInvalidate(heard, _position, entry) {
      keys.push(...heard);
      entries.push(entry);
    },
    onReset: (reason) => void resets.push(reason),
    onError: (error) => void errors.push(error),
    heartbeatMs: 100,
    ...options,
  });
  return { follower, keys, entries, resets, errors };
}
