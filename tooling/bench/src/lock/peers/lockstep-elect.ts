import { createLocks } from '@lockstep/lock';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer } from './lock-peer.ts';

/** A leader of @lockstep/lock: `elect`, and work that returns to resign. */
export const lockstepElectPeer: LockPeer = {
  name: 'elect of @lockstep/lock',
  nameInRedis: (name) => `{lk:lockstep:election:${name}}:l`,
  open: async ({ redisUrl, ttlMs }) => {
    const client = connectRedis(redisUrl, ttlMs);
    const locks = createLocks({ client, ttlMs, waitMs: Infinity, onError: () => {} });
    return {
      async acquire(key) {
        return (await locks.acquire(key)).release;
      },
      async hold(name, section) {
        const election = locks.elect(name, {
          ttlMs,
          onElected: ({ token, signal }) => section({ token, isHeld: () => !signal.aborted }),
          onError: () => {},
        });
        await new Promise<void>((resolve) => {
          election.on('revoked', () => resolve());
        });
        await election.close();
      },
      async close() {
        await locks.close({ drainMs: 0 });
        client.disconnect();
      },
    };
  },
};
