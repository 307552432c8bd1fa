import Redlock from 'redlock';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer } from './lock-peer.ts';
import { renewByHand } from './renew-by-hand.ts';

/** redlock 4 with its defaults, each renewal by `extend` as its README shows. */
export const redlockPeer: LockPeer = {
  name: 'redlock 4.2.0',
  nameInRedis: (key) => key,
  open: async ({ redisUrl, ttlMs }) => {
    const client = connectRedis(redisUrl, ttlMs);
    const redlock = new Redlock([client]);
    redlock.on('clientError', () => {});
    // It would go on renewing without end as well.
    const patient = new Redlock([client], { retryCount: -1 });
    patient.on('clientError', () => {});
    return {
      async acquire(key) {
        const lock = await patient.lock(key, ttlMs);
        return () => lock.unlock();
      },
      async hold(key, section) {
        const lock = await redlock.lock(key, ttlMs);
        const renew = async (): Promise<boolean> => {
          await lock.extend(ttlMs);
          return true;
        };
        try {
          await renewByHand(ttlMs, renew, (isHeld) => section({ token: undefined, isHeld }));
        } finally {
          await lock.unlock();
        }
      },
      async close() {
        client.disconnect();
      },
    };
  },
};
