import type { EntryChanges } from '../load/entry-changes.ts';
import type { WorkerStats } from './worker-stats.ts';

/** Loads what tasks ask for, one load per key at a time in all processes. */
export interface RefreshWorker extends EntryChanges, AsyncDisposable {
  /**
   * Takes tasks from now on, stands in the elections of `single` sources, and follows the log. Idempotent.
   *
   * @throws RefreshError ERR_REFRESH_CLOSED.
   */
  start(): void;
  /** Whether this process refreshes a `single` source at this moment. Always true for another one. */
  leads(source: string): boolean;
  stats(): WorkerStats;
  /**
   * Takes no more tasks, waits up to `drainMs` (default 5,000) for those in hand, then gives them up. Store, queue,
   * locks and log stay open. Idempotent, never rejects.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}
