import { createLocks } from '@lockstep/lock';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer, LockPeerSettings, OpenLockPeer } from './lock-peer.ts';

/** @lockstep/lock with its defaults; `isHeld` is the `signal.aborted` of the README. */
export const lockstepPeer: LockPeer = peerOf('@lockstep/lock', true);

/** The same with `fair: false`: a free lock goes to whoever asks first. */
export const lockstepUnfairPeer: LockPeer = peerOf('fair: false of @lockstep/lock', false);

function peerOf(name: string, fair: boolean): LockPeer {
  return { name, nameInRedis: (key) => `{lk:lockstep:${key}}:l`, open: (settings) => openLocks(settings, fair) };
}

async function openLocks({ redisUrl, ttlMs }: LockPeerSettings, fair: boolean): Promise<OpenLockPeer> {
  const client = connectRedis(redisUrl, ttlMs);
  const locks = createLocks({ client, ttlMs, waitMs: Infinity, fair, onError: () => {} });
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
}
