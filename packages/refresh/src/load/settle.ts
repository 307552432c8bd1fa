import { type Clock, sleep } from '@lockstep/core';

import type { KnownKey } from '../definition/definition-table.ts';
import type { RefreshQueue } from '../queue/refresh-queue.ts';
import { leastPartOf } from '../store/content.ts';
import type { EntryStore } from '../store/entry-store.ts';

/** What comes after a load, while its lease is still held. */
export interface Settling {
  readonly target: KnownKey;
  readonly store: EntryStore;
  readonly queue: Pick<RefreshQueue, 'drop' | 'enqueue'>;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** @default that of the definition */
  readonly settleMs?: number;
}

/**
 * Waits `settleMs`, in which those who saw the old entry have asked, and drops the task that has become superfluous;
 * never one that may be about something newer than the load: `invalidated`, `manual`, `scheduled`.
 * An invalidation in that time is not lost: it expires the entry first and queues its task then, so that a look after
 * the drop sees it, and the task is queued again. True when a task was dropped for good.
 *
 * @throws what store and queue throw; nothing is lost then but a chance to save a task.
 */
export async function settle(settling: Settling): Promise<boolean> {
  const { target, store, queue, clock, signal } = settling;
  const { key, definition } = target;
  const { settleMs = definition.settleMs } = settling;
  if (settleMs > 0) await sleep(settleMs, { clock, signal });
  let failure: unknown;
  const isDropped = await queue.drop(key, { signal, sparesFollowUps: true }).catch((error: unknown) => {
    failure = error;
    // It may have been carried out all the same.
    return true;
  });
  if (!isDropped) return false;
  const { shape } = definition;
  // A dropped task must be put back also when the look fails, or was given up.
  const isFresh = await store.read(key, shape, leastPartOf(shape)).then(
    (entry) => entry !== undefined && entry.freshForMs > 0,
    () => false,
  );
  if (!isFresh) await queue.enqueue({ key, reason: 'invalidated', requestedAt: clock.now() });
  if (failure !== undefined) throw failure;
  return isFresh;
}
