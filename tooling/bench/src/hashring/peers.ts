import { createHash } from 'node:crypto';

import { jumpConsistentHash } from '@subspace/jump-consistent-hash';
import ConsistentHash from 'consistent-hash';
import HashRing from 'hashring';
import { fnvConsistentHash } from 'jump-gouache';
import NodeHashRing from 'node-hashring';
import SkeletonRendezvousHasher from 'skeleton-rendezvous';

import type { Contestant } from '../harness/bench-case.ts';
import { hostsOf, looping } from './workload.ts';

/** hashring remembers the last 5,000 keys by default, which unique keys only cost time. */
const FORGETFUL = { 'max cache size': 1 };

export function hashring(
  count: number,
  keys: readonly string[],
  options: Record<string, unknown> = FORGETFUL,
): Contestant {
  return looping(options === FORGETFUL ? 'hashring' : 'hashring with its LRU', () => {
    const ring = new HashRing(hostsOf(count), 'md5', options);
    return (from, to) => {
      let sink = 0;
      for (let i = from; i < to; i++) sink += ring.get(keys[i]!).length;
      return sink;
    };
  });
}

/** hashring with its LRU, on keys that are put together just before: 1,000 different ones, which its LRU holds. */
export function hashringFresh(count: number): Contestant {
  return looping('hashring with its LRU', () => {
    const ring = new HashRing(hostsOf(count), 'md5');
    return (from, to) => {
      let sink = 0;
      for (let i = from; i < to; i++) sink += ring.get(`user:${i % 1000}:profile`).length;
      return sink;
    };
  });
}

/** Places its points at random, so that two processes disagree. */
export function consistentHash(count: number, keys: readonly string[]): Contestant {
  return looping('consistent-hash', () => {
    const ring = new ConsistentHash();
    for (const host of hostsOf(count)) ring.add(host);
    return (from, to) => {
      let sink = 0;
      for (let i = from; i < to; i++) sink += ring.get(keys[i]!).length;
      return sink;
    };
  });
}

export function nodeHashring(count: number, keys: readonly string[]): Contestant {
  return looping('node-hashring', () => {
    const ring = new NodeHashRing(hostsOf(count));
    return (from, to) => {
      let sink = 0;
      for (let i = from; i < to; i++) sink += ring.findNode(keys[i]!)?.length ?? 0;
      return sink;
    };
  });
}

/** Takes eight bytes, which a string key must be hashed to first. */
export function subspaceJump(count: number, keys: readonly string[]): Contestant {
  return looping('@subspace/jump-consistent-hash', () => (from, to) => {
    let sink = 0;
    for (let i = from; i < to; i++) {
      sink += jumpConsistentHash(createHash('md5').update(keys[i]!).digest().subarray(0, 8), count);
    }
    return sink;
  });
}

export function jumpGouache(count: number, keys: readonly string[]): Contestant {
  return looping('jump-gouache', () => (from, to) => {
    let sink = 0;
    for (let i = from; i < to; i++) sink += fnvConsistentHash(keys[i]!, count).bucket;
    return sink;
  });
}

export function skeletonRendezvous(count: number, keys: readonly string[]): Contestant {
  return looping('skeleton-rendezvous', () => {
    const ring = new SkeletonRendezvousHasher({ sites: [...hostsOf(count)] });
    return (from, to) => {
      let sink = 0;
      for (let i = from; i < to; i++) sink += ring.findSite(keys[i]!).length;
      return sink;
    };
  });
}
