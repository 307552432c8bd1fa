import type { RedisClient } from '@lockstep/core';

import type { FenceStore } from './fence-store.ts';
import { type GuardOptions, guardScript } from './guard-script.ts';
import { LockError } from '../lock-error.ts';
import { staleTokenError } from './stale-token-error.ts';

/** Where a fence store in Redis is. */
export interface RedisFenceStoreOptions extends GuardOptions {
  /** You own it. */
  readonly client: RedisClient;
  /** What the keys of the fences begin with. @default 'lk:fence:' */
  readonly prefix?: string;
}

/**
 * A fence store that several processes share and that a restart does not empty: one small key per resource. It
 * remembers as well as its Redis does: not over an eviction, or the promotion of a replica that missed writes.
 */
export function createRedisFenceStore(options: RedisFenceStoreOptions): FenceStore {
  const { client, prefix = 'lk:fence:' } = options;
  const nothing = guardScript('return 1', options);
  return {
    async admit(resource, token, { signal } = {}) {
      try {
        await nothing.run(client, { fence: prefix + resource, token, signal });
      } catch (error) {
        const isStale = error instanceof LockError && error.code === 'ERR_LOCK_STALE_TOKEN';
        throw isStale ? staleTokenError(resource, token) : error;
      }
    },
  };
}
