import type { FollowOptions, Follower, InvalidationLog, ResetReason } from '../src/index.ts';

/** A follower and everything that it was told. */
export interface Recorder {
  readonly follower: Follower;
  /** Keys in the order in which they were heard. */
  readonly keys: string[];
  readonly ids: string[];
  readonly resets: ResetReason[];
  readonly errors: Error[];
}

/** Follows a log and writes down what it hears. */
export function record(log: InvalidationLog, options: Partial<FollowOptions> = {}): Recorder {
  const keys: string[] = [];
  const ids: string[] = [];
  const resets: ResetReason[] = [];
  const errors: Error[] = [];
  const follower = log.follow({
    onInvalidate(heard, id) {
      keys.push(...heard);
      ids.push(id);
    },
    onReset: (reason) => void resets.push(reason),
    onError: (error) => void errors.push(error),
    heartbeatMs: 100,
    ...options,
  });
  return { follower, keys, ids, resets, errors };
}
