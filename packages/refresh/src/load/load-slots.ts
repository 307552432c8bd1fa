import type { RefreshDefinition } from '../definition/refresh-definition.ts';
import { RefreshError } from '../refresh-error.ts';

/** How many loads of one source may be under way in this process. */
export interface LoadSlots {
  /** A slot at once; undefined when `take` would have to wait for it. */
  tryTake(): (() => void) | undefined;
  /**
   * Waits for a slot, first come, first served. Call what it gives once the load is over.
   *
   * @throws RefreshError ERR_REFRESH_BUSY when too many wait already, and the reason of the signal.
   */
  take(signal?: AbortSignal): Promise<() => void>;
}

const MAX_WAITING = 1000;

/** Makes as many as the definition says. */
export function createLoadSlots({ name: source, concurrency: limit }: RefreshDefinition): LoadSlots {
  const waiting = new Set<() => void>();
  let taken = 0;
  function give(): () => void {
    taken++;
    let isGiven = true;
    return () => {
      if (!isGiven) return;
      isGiven = false;
      taken--;
      const [next] = waiting;
      next?.();
    };
  }
  return {
    tryTake: () => (taken < limit ? give() : undefined),
    take(signal) {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      if (taken < limit) return Promise.resolve(give());
      if (waiting.size >= MAX_WAITING) {
        return Promise.reject(new RefreshError('ERR_REFRESH_BUSY', `too many loads of ${source} wait`, { source }));
      }
      return new Promise((resolve, reject) => {
        const abort = (): void => {
          waiting.delete(go);
          reject(signal?.reason as Error);
        };
        const go = (): void => {
          waiting.delete(go);
          signal?.removeEventListener('abort', abort);
          resolve(give());
        };
        waiting.add(go);
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
  };
}
