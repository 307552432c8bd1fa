import { Mutex } from 'redis-semaphore';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer } from './lock-peer.ts';

/** The mutex of redis-semaphore, with the `isAcquired` of its README and a callback for locks that were lost. */
export const redisSemaphorePeer: LockPeer = {
  name: 'redis-semaphore 5.8.0',
  nameInRedis: (key) => `mutex:${key}`,
  open: async ({ redisUrl, ttlMs }) => {
    const client = connectRedis(redisUrl, ttlMs);
    const open = (key: string): Mutex =>
      new Mutex(client, key, { lockTimeout: ttlMs, acquireTimeout: 3_600_000, onLockLost: () => {} });
    return {
      async acquire(key) {
        const mutex = open(key);
        await mutex.acquire();
        return () => mutex.release();
      },
      async hold(key, section) {
        const mutex = open(key);
        await mutex.acquire();
        try {
          await section({ token: undefined, isHeld: () => mutex.isAcquired });
        } finally {
          await mutex.release();
        }
      },
      async close() {
        client.disconnect();
      },
    };
  },
};
