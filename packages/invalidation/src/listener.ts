import type { FollowOptions, ResetReason } from './invalidation-log.ts';
import { InvalidationError } from './invalidation-error.ts';

/** The callbacks of a follower, none of which can throw. */
export interface Listener {
  invalidate(keys: string[], id: string): void;
  reset(reason: ResetReason): void;
  error(error: Error): void;
}

/** Wraps the callbacks so that an error in one is reported and does not stop the follower. */
export function createListener(options: FollowOptions): Listener {
  const { onInvalidate, onReset, onError = warn } = options;
  const guard = (name: string, call: () => void): void => {
    try {
      call();
    } catch (cause) {
      report(new InvalidationError('ERR_INVALIDATION_LISTENER', `${name} threw`, { cause }));
    }
  };
  const report = (error: Error): void => {
    try {
      onError(error);
    } catch (cause) {
      warn(new InvalidationError('ERR_INVALIDATION_LISTENER', 'onError threw', { cause }));
    }
  };
  return {
    invalidate: (keys, id) => guard('onInvalidate', () => onInvalidate(keys, id)),
    reset: (reason) => guard('onReset', () => onReset(reason)),
    error: report,
  };
}

function warn(error: Error): void {
  process.emitWarning(error);
}
