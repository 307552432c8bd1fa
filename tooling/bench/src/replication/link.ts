import type { Operation } from '@lockstep/replication';

/** A way from the writer in one region to the memcached pool of another, whole, in one process. */
export interface Link extends AsyncDisposable {
  /** Resolves when the operation is in Redis. */
  write(operation: Operation): Promise<void>;
  /** Nothing is taken out of Redis from when this resolves. */
  pause(): Promise<void>;
  /** What has been written meanwhile is carried over. A link that was never paused needs none. */
  resume(): void;
  /** How many operations have been applied at the other end since the link was opened. */
  arrived(): number;
}
