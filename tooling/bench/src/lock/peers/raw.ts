import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer } from './lock-peer.ts';
import { renewByHand } from './renew-by-hand.ts';

const pollMs = 100;
const deleteIfMine = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
const renewIfMine = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;

/** The pattern of the Redis documentation: SET NX PX, asked again every 100 ms, and a script that deletes one's own. */
export const rawPeer: LockPeer = {
  name: 'SET NX PX by hand',
  nameInRedis: (key) => key,
  open: async ({ redisUrl, ttlMs }) => {
    const client = connectRedis(redisUrl, ttlMs);
    client.defineCommand('deleteIfMine', { numberOfKeys: 1, lua: deleteIfMine });
    client.defineCommand('renewIfMine', { numberOfKeys: 1, lua: renewIfMine });
    const scripts = client as unknown as {
      deleteIfMine(key: string, owner: string): Promise<number>;
      renewIfMine(key: string, owner: string, ttlMs: number): Promise<number>;
    };
    async function take(key: string): Promise<string> {
      const owner = randomUUID();
      while ((await client.set(key, owner, 'PX', ttlMs, 'NX')) === null) await pause(pollMs);
      return owner;
    }
    return {
      async acquire(key) {
        const owner = await take(key);
        return () => scripts.deleteIfMine(key, owner);
      },
      async hold(key, section) {
        const owner = await take(key);
        const renew = async (): Promise<boolean> => (await scripts.renewIfMine(key, owner, ttlMs)) === 1;
        try {
          await renewByHand(ttlMs, renew, (isHeld) => section({ token: undefined, isHeld }));
        } finally {
          await scripts.deleteIfMine(key, owner);
        }
      },
      async close() {
        client.disconnect();
      },
    };
  },
};
