import { connectRedis } from './connect-redis.ts';
import type { LockPeer } from './lock-peer.ts';

/** How often it asks in one acquisition: as good as without end. */
const retryAttempts = 1_000_000;

/** redlock-universal, by `using` and the signal that it hands to the section. */
export const redlockUniversalPeer: LockPeer = {
  name: 'redlock-universal 0.8.5',
  nameInRedis: (key) => key,
  open: async ({ redisUrl, ttlMs }) => {
    // It asks for Node 22: only who wants it loads it.
    const { createLock, IoredisAdapter } = await import('redlock-universal');
    const client = connectRedis(redisUrl, ttlMs);
    const adapter = new IoredisAdapter(client);
    return {
      async acquire(key) {
        const lock = createLock({ adapter, key, ttl: ttlMs, retryAttempts });
        const handle = await lock.acquire();
        return () => lock.release(handle);
      },
      hold: (key, section) =>
        createLock({ adapter, key, ttl: ttlMs, retryAttempts }).using((signal) =>
          section({ token: undefined, isHeld: () => !signal.aborted }),
        ),
      async close() {
        client.disconnect();
      },
    };
  },
};
