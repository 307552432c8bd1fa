import type { CachePeer } from '../cache/peers/cache-peer.ts';
import { cachePeers } from '../cache/peers/cache-peers.ts';
import { lockstepPeer } from './lockstep-peer.ts';

/** Everybody who is compared; Lockstep first. */
export const libraries: readonly CachePeer[] = [lockstepPeer, ...cachePeers];

/** @throws Error when there is no such library. */
export function findLibrary(name: string): CachePeer {
  const library = libraries.find((one) => one.name === name);
  if (library === undefined) throw new Error(`there is no library ${name}`);
  return library;
}
