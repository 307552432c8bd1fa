import { checkNumber } from '../check-number.ts';
import type { FenceStore } from './fence-store.ts';
import { checkFencingToken } from './fencing-token.ts';
import { staleTokenError } from './stale-token-error.ts';

/** How much a fence store of one process remembers. */
export interface MemoryFenceStoreOptions {
  /** So many resources are told apart. @default 10_000 */
  readonly maxResources?: number;
}

/**
 * A fence store for a service of one process that need not remember over a restart. When there are more resources than
 * `maxResources` it forgets the one that was not used for longest, and from then on refuses for resources that it does
 * not know every token that is older than one it forgot: a stale token is never admitted for want of room. A holder that
 * is refused though nobody followed it acquires anew.
 *
 * @throws RangeError when `maxResources` is not a positive integer.
 */
export function createMemoryFenceStore({ maxResources = 10_000 }: MemoryFenceStoreOptions = {}): FenceStore {
  checkNumber('maxResources', maxResources, { min: 1, isInteger: true });
  const newest = new Map<string, number>();
  let forgotten = 0;
  return {
    async admit(resource, token, { signal } = {}) {
      checkFencingToken(token);
      signal?.throwIfAborted();
      const known = newest.get(resource) ?? forgotten;
      if (token < known) throw staleTokenError(resource, token, known);
      // A Map keeps the order of insertion: the first is the one that was not used for longest.
      newest.delete(resource);
      newest.set(resource, token);
      if (newest.size <= maxResources) return;
      const [oldest, oldestToken] = newest.entries().next().value!;
      newest.delete(oldest);
      forgotten = Math.max(forgotten, oldestToken);
    },
  };
}
