import { Redlock } from '@sesamecare-oss/redlock';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer } from './lock-peer.ts';

/** The redlock of sesamecare, by `using` and the signal that it hands to the section. */
export const sesamecarePeer: LockPeer = {
  name: '@sesamecare-oss/redlock 1.4.0',
  nameInRedis: (key) => key,
  open: async ({ redisUrl, ttlMs }) => {
    const client = connectRedis(redisUrl, ttlMs);
    const redlock = new Redlock([client]);
    redlock.on('error', () => {});
    return {
      async acquire(key) {
        const lock = await redlock.acquire([key], ttlMs, { retryCount: -1 });
        return () => lock.release();
      },
      hold: (key, section) =>
        redlock.using([key], ttlMs, (signal) => section({ token: undefined, isHeld: () => !signal.aborted })),
      async close() {
        client.disconnect();
      },
    };
  },
};
