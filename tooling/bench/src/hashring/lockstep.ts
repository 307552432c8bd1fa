import { createRing, hashKey, type Ring, type RingOptions } from '@lockstep/hashring';

import type { Contestant } from '../harness/bench-case.ts';
import { hostsOf, looping } from './workload.ts';

export function ringOf(count: number, options: RingOptions): Ring {
  return createRing(
    hostsOf(count).map((host) => ({ host })),
    options,
  );
}

/** `pick`, key by key. */
export function lockstepPick(count: number, options: RingOptions, keys: readonly string[], name?: string): Contestant {
  return looping(name ?? '@lockstep/hashring', () => {
    const { pick } = ringOf(count, options);
    return (from, to) => {
      let sink = 0;
      for (let i = from; i < to; i++) sink += pick(keys[i]!);
      return sink;
    };
  });
}

/** `pick` of keys that are put together just before. */
export function lockstepFresh(count: number, options: RingOptions): Contestant {
  return looping('@lockstep/hashring', () => {
    const { pick } = ringOf(count, options);
    return (from, to) => {
      let sink = 0;
      for (let i = from; i < to; i++) sink += pick(`user:${i % 1000}:profile`);
      return sink;
    };
  });
}

/** The hash alone: no ring can be faster. */
export function bareHash(hash: 'md5' | 'crc32', keys: readonly string[]): Contestant {
  return looping(`the bare ${hash}`, () => (from, to) => {
    let sink = 0;
    for (let i = from; i < to; i++) sink ^= hashKey(hash, keys[i]!);
    return sink;
  });
}
