import type { FollowerTally } from './follower-tally.ts';
import { InvalidationError } from './invalidation-error.ts';
import type { FollowOptions, Invalidation, ResetReason } from './invalidation-log.ts';

/** The callbacks of a follower, none of which can throw. */
export interface Listener {
  invalidate(entry: Invalidation): void;
  reset(reason: ResetReason): void;
  readonly error: (error: Error) => void;
}

/** Wraps the callbacks so that they are counted, and an error in one is reported and does not stop the follower. */
export function createListener(options: FollowOptions, tally: FollowerTally): Listener {
  const { onInvalidate, onReset } = options;
  const report = createReporter(options.onError);
  const failed = (name: string, cause: unknown): void =>
    report(new InvalidationError('ERR_INVALIDATION_LISTENER', `${name} threw`, { cause }));
  return {
    // A callback may keep or change its list; the entry is handed to nobody else.
    invalidate(entry) {
      tally.entry();
      try {
        onInvalidate(entry.keys.slice(), entry.position, entry);
      } catch (cause) {
        failed('onInvalidate', cause);
      }
    },
    reset(reason) {
      tally.reset(reason);
      try {
        onReset(reason);
      } catch (cause) {
        failed('onReset', cause);
      }
    },
    error: report,
  };
}

/** An `onError` that cannot throw. */
export function createReporter(onError: (error: Error) => void = warn): (error: Error) => void {
  return (error) => {
    try {
      onError(error);
    } catch (cause) {
      warn(new InvalidationError('ERR_INVALIDATION_LISTENER', 'onError threw', { cause }));
    }
  };
}

function warn(error: Error): void {
  process.emitWarning(error);
}
