import { createLocks } from '@lockstep/lock';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer } from './lock-peer.ts';

/** @lockstep/lock with its defaults; `isHeld` is the `signal.aborted` of the README. */
export const lockstepPeer: LockPeer = {
  name: '@lockstep/lock',
  nameInRedis: (key) => `{lk:lockstep:${key}}:l`,
  open: async ({ redisUrl, ttlMs }) => {
    const client = connectRedis(redisUrl, ttlMs);
    const locks = createLocks({ client, ttlMs, waitMs: Infinity, onError: () => {} });
    return {
      async acquire(key) {
        return (await locks.acquire(key)).release;
      },
      hold: (key, section) =>
        locks.withLock(key, ({ token, signal }) => section({ token, isHeld: () => !signal.aborted })),
      async close() {
        await locks.close({ drainMs: 0 });
        client.disconnect();
      },
    };
  },
};
