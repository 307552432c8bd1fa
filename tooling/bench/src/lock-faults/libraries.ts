import type { LockPeer } from '../lock/peers/lock-peer.ts';
import { lockstepReplicatedPeer, lockstepUnfairPeer } from '../lock/peers/lockstep.ts';
import { leaderPeers } from '../lock/peers/lock-peers.ts';
import { unrenewedPeer } from './unrenewed.ts';

/** Everybody that the nemesis is let loose on; Lockstep first. */
export const libraries: readonly LockPeer[] = [
  ...leaderPeers,
  lockstepUnfairPeer,
  lockstepReplicatedPeer,
  unrenewedPeer,
];

/** @throws Error when there is no such library. */
export function findLibrary(name: string): LockPeer {
  const library = libraries.find((one) => one.name === name);
  if (library === undefined) throw new Error(`there is no library ${name}`);
  return library;
}
