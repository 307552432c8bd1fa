import { setMaxListeners } from 'node:events';

import { type Clock, createBackoff, sleep, withDeadline } from '@lockstep/core';

import { RefreshError } from '../refresh-error.ts';
import type { RefreshQueue, RefreshReason } from '../queue/refresh-queue.ts';
import type { KeyList } from './schedule-plan.ts';

/** How many calls to the queue are under way at once. */
const AT_ONCE = 32;
/** How many keys one list may have. */
const MAX_KEYS = 100_000;
/** How long, in ms, listing keys may take. */
const LIST_TIMEOUT_MS = 30_000;

/** What is queued, and how. */
export interface EnqueueAll {
  readonly queue: Pick<RefreshQueue, 'enqueue'>;
  readonly keys: readonly string[] | KeyList;
  readonly reason: RefreshReason;
  /** In ms since the epoch; looked at once for each attempt. */
  readonly requestedAt: () => number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Lists keys and queues a task for each, again and again until all are queued: the queue knows those that it has
 * already. A key that is none is reported and left out.
 *
 * @returns how many keys there were
 * @throws the reason of the signal
 */
export async function enqueueAll(work: EnqueueAll): Promise<number> {
  const backoff = createBackoff({ minMs: 500, maxMs: 30_000, random: work.random });
  for (;;) {
    work.signal.throwIfAborted();
    try {
      const keys = await listKeys(work);
      await enqueueOnce(keys, work);
      return keys.length;
    } catch (error) {
      work.signal.throwIfAborted();
      work.onError(error);
      if (isHopeless(error)) throw error;
    }
    await sleep(backoff.next(), { clock: work.clock, signal: work.signal });
  }
}

async function listKeys({ keys, clock, signal }: EnqueueAll): Promise<readonly string[]> {
  if (typeof keys !== 'function') return keys;
  const timeout = new AbortController();
  const onTimeout = (): RefreshError => {
    const error = new RefreshError('ERR_REFRESH_TIMEOUT', `keys were not listed within ${LIST_TIMEOUT_MS} ms`);
    timeout.abort(error);
    return error;
  };
  const listed = keys(AbortSignal.any([signal, timeout.signal]));
  const found = await withDeadline(listed, { ms: LIST_TIMEOUT_MS, signal, clock, onTimeout });
  if (found.length <= MAX_KEYS) return found;
  throw new RefreshError('ERR_REFRESH_KEY', `${found.length} keys were listed, and at most ${MAX_KEYS} may be`);
}

async function enqueueOnce(keys: readonly string[], work: EnqueueAll): Promise<void> {
  const { queue, reason, onError } = work;
  const signal = AbortSignal.any([work.signal]);
  // Each call listens to it, and Node would warn of a leak.
  setMaxListeners(0, signal);
  const requestedAt = work.requestedAt();
  const rest = keys.values();
  let failure: unknown;
  const worker = async (): Promise<void> => {
    for (const key of rest) {
      if (failure !== undefined || signal.aborted) return;
      try {
        await queue.enqueue({ key, reason, requestedAt }, { signal });
      } catch (error) {
        if ((error as { code?: unknown }).code === 'ERR_REFRESH_KEY') onError(error);
        else failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, keys.length) }, worker));
  signal.throwIfAborted();
  if (failure !== undefined) throw failure;
}

function isHopeless(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_REFRESH_CLOSED';
}
