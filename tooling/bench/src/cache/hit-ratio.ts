import { LRUCache } from 'lru-cache';

import { seededRandom } from '../cache-faults/seeded-random.ts';
import type { Contestant } from '../harness/bench-case.ts';
import { openInMemory } from './lockstep.ts';

const reads = 200_000;
const maxEntries = 1000;
const popular = 20_000;
const scanLength = 2000;

/** What the reads look like. */
export type Pattern = 'popular' | 'scanned' | 'sessions';

/** Ids in the order in which they are read, the same each time. */
function traceOf(pattern: Pattern): () => string {
  const random = seededRandom(1);
  let [next, left] = [0, 0];
  if (pattern === 'sessions') {
    return () => {
      if (random() < 0.05) next++;
      return `s${next + Math.floor(Math.log(1 - random()) * 600)}`;
    };
  }
  const rank = zipf(random);
  return () => {
    if (pattern === 'scanned' && left === 0 && random() < 1 / scanLength) left = scanLength;
    if (left === 0) return `p${rank()}`;
    left--;
    return `n${next++}`;
  };
}

/** Ranks of which the n-th is read in proportion to 1/n. */
function zipf(random: () => number): () => number {
  const sums = new Float64Array(popular);
  let total = 0;
  for (let rank = 0; rank < popular; rank++) sums[rank] = total += 1 / (rank + 1);
  return () => {
    const wanted = random() * total;
    let [low, high] = [0, popular - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** A contestant whose value does not vary: it is found out once. */
function counting(name: string, measure: () => Promise<number>): Contestant {
  return {
    name,
    async open() {
      let measured: Promise<number> | undefined;
      return {
        run: () => (measured ??= measure()),
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

/** Which part of the reads finds its value in the process, in percent. */
export function lockstepHitRatio(pattern: Pattern): Contestant {
  return counting('@lockstep/cache', async () => {
    await using lockstep = await openInMemory(maxEntries);
    const next = traceOf(pattern);
    for (let read = 0; read < reads; read++) await lockstep.items.get(next());
    return (100 * lockstep.cache.stats().localHits) / reads;
  });
}

export function lruHitRatio(pattern: Pattern): Contestant {
  return counting('lru-cache', async () => {
    const held = new LRUCache<string, true>({ max: maxEntries });
    const next = traceOf(pattern);
    let hits = 0;
    for (let read = 0; read < reads; read++) {
      const id = next();
      if (held.get(id) === true) hits++;
      else held.set(id, true);
    }
    return (100 * hits) / reads;
  });
}
