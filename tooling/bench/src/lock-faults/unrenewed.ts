import { rawPeer } from '../lock/peers/raw.ts';
import type { LockPeer } from '../lock/peers/lock-peer.ts';

/** A lock that runs out while its holder works on, as many write it first: what the nemesis must find in any case. */
export const unrenewedPeer: LockPeer = {
  ...rawPeer,
  name: 'SET NX PX, never renewed',
  async open(settings) {
    const locks = await rawPeer.open(settings);
    return {
      ...locks,
      async hold(key, section) {
        const release = await locks.acquire(key);
        try {
          await section({ token: undefined, isHeld: () => true });
        } finally {
          await release();
        }
      },
    };
  },
};
