import { createLocks } from '@lockstep/lock';

import { connectRedis } from './connect-redis.ts';
import type { LockPeer, LockPeerSettings, OpenLockPeer } from './lock-peer.ts';

/** @lockstep/lock with its defaults; `isHeld` is the `signal.aborted` of the README. */
export const lockstepPeer: LockPeer = peerOf('@lockstep/lock', {});

/** The same with `fair: false`: a free lock goes to whoever asks first. */
export const lockstepUnfairPeer: LockPeer = peerOf('fair: false of @lockstep/lock', { fair: false });

/** The same with `replicas: 1`: a grant counts when a replica has it. */
export const lockstepReplicatedPeer: LockPeer = peerOf('replicas: 1 of @lockstep/lock', { replicas: 1 });

interface Ways {
  readonly fair?: boolean;
  readonly replicas?: number;
}

function peerOf(name: string, ways: Ways): LockPeer {
  const { replicas = 0 } = ways;
  const nameInRedis = (key: string): string => `{lk:lockstep:${key}}:l`;
  return { name, nameInRedis, replicas, open: (settings) => openLocks(settings, ways) };
}

async function openLocks({ redisUrl, ttlMs }: LockPeerSettings, ways: Ways): Promise<OpenLockPeer> {
  const client = connectRedis(redisUrl, ttlMs);
  const locks = createLocks({ client, ttlMs, waitMs: Infinity, ...ways, onError: () => {} });
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
