import { type Contestant, requireParam } from '../harness/bench-case.ts';
import type { BareStore } from './bare-stores.ts';
import { openInRedis } from './lockstep.ts';
import type { CachePeer } from './peers/cache-peer.ts';
import { fillAll, idsOf, itemOf, readAsync } from './workload.ts';

const ttlMs = 3_600_000;

// Everybody has room for twice as many entries as are read: nothing is pushed out, however exact a bound is.

/** Reads per second of `get`, of so many entries in turn. */
export function lockstepGet(count: number): Contestant {
  return {
    name: '@lockstep/cache get',
    async open(params) {
      const lockstep = await openInRedis(requireParam(params, 'redisUrl'), 2 * count);
      const ids = idsOf(count);
      await fillAll(ids, (id) => lockstep.items.get(id));
      return {
        run: (durationMs) => readAsync(ids, durationMs, (id) => lockstep.items.get(id)),
        [Symbol.asyncDispose]: () => lockstep[Symbol.asyncDispose](),
      };
    },
  };
}

/** A library with all of its tiers, which finds everything in the process. */
export function peerGet(peer: CachePeer, count: number): Contestant {
  return {
    name: peer.name,
    async open(params) {
      const cache = await peer.open({ redisUrl: requireParam(params, 'redisUrl'), ttlMs, maxEntries: 2 * count });
      const ids = idsOf(count);
      const loads = ids.map((id) => () => Promise.resolve(itemOf(id)));
      for (const [index, id] of ids.entries()) await cache.get(id, loads[index]!);
      const refuse = (): Promise<unknown> => Promise.reject(new Error(`${peer.name} loads what it holds`));
      // node-redis keeps what it has read, and not what it has written.
      for (const id of ids) await cache.get(id, refuse);
      return {
        run: (durationMs) => readAsync(ids, durationMs, (id) => cache.get(id, refuse)),
        [Symbol.asyncDispose]: () => cache.close(),
      };
    },
  };
}

/** A store behind an asynchronous function. */
export function bareGetAsync(store: BareStore, count: number): Contestant {
  return {
    name: `${store.name}, async`,
    async open() {
      const held = store.open(2 * count);
      const ids = idsOf(count);
      for (const id of ids) held.set(id, itemOf(id));
      return {
        run: (durationMs) => readAsync(ids, durationMs, async (id) => held.get(id)),
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}
