import type { LockPeer } from './lock-peer.ts';
import { lockstepElectPeer } from './lockstep-elect.ts';
import { lockstepPeer } from './lockstep.ts';
import { rawPeer } from './raw.ts';
import { redisSemaphorePeer } from './redis-semaphore.ts';
import { redlockUniversalPeer } from './redlock-universal.ts';
import { redlockPeer } from './redlock.ts';
import { sesamecarePeer } from './sesamecare.ts';

/** Everybody who is compared; Lockstep first. */
export const lockPeers: readonly LockPeer[] = [
  lockstepPeer,
  rawPeer,
  redlockPeer,
  sesamecarePeer,
  redisSemaphorePeer,
  redlockUniversalPeer,
];

/** Whoever can be a leader: one of many that work under one lock for long. */
export const leaderPeers: readonly LockPeer[] = [lockstepPeer, lockstepElectPeer, ...lockPeers.slice(1)];

/** @throws Error when there is no such library. */
export function findLockPeer(name: string): LockPeer {
  const peer = leaderPeers.find((one) => one.name === name);
  if (peer === undefined) throw new Error(`there is no library ${name}`);
  return peer;
}
