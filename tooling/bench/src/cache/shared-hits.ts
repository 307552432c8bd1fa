import { Redis } from 'ioredis';

import { type Contestant, requireParam } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import { openInRedis } from './lockstep.ts';
import type { CachePeer } from './peers/cache-peer.ts';
import { fillAll, idsOf, type Item, itemOf } from './workload.ts';

const count = 16_384;
const ttlMs = 3_600_000;
const ids = idsOf(count);

function idAt(index: number): string {
  return ids[index & (count - 1)]!;
}

function expectItem(item: unknown, index: number): void {
  if ((item as Item).id !== idAt(index)) throw new Error(`a read of ${idAt(index)} brought something else`);
}

/** Reads per second, so many at a time, of what Redis has and this process has not: it keeps a single entry. */
export function lockstepShared(concurrency: number): Contestant {
  return {
    name: '@lockstep/cache get',
    async open(params) {
      const lockstep = await openInRedis(requireParam(params, 'redisUrl'), 1);
      await fillAll(ids, (id) => lockstep.items.get(id));
      const before = lockstep.cache.stats().loads;
      return {
        async run(durationMs) {
          const perSecond = await closedLoop(
            concurrency,
            durationMs,
            (index) => lockstep.items.get(idAt(index)),
            expectItem,
          );
          const loads = lockstep.cache.stats().loads - before;
          if (loads > 0) throw new Error(`${loads} reads were loads`);
          return perSecond;
        },
        [Symbol.asyncDispose]: () => lockstep[Symbol.asyncDispose](),
      };
    },
  };
}

/** What the same costs at least. */
export function bareRedis(concurrency: number): Contestant {
  return {
    name: 'JSON.parse(await redis.get())',
    async open(params) {
      const client = new Redis(requireParam(params, 'redisUrl'));
      await fillAll(ids, (id) => client.set(`bare:${id}`, JSON.stringify(itemOf(id))));
      const read = async (id: string): Promise<unknown> => JSON.parse((await client.get(`bare:${id}`))!);
      return {
        run: (durationMs) => closedLoop(concurrency, durationMs, (index) => read(idAt(index)), expectItem),
        async [Symbol.asyncDispose]() {
          client.disconnect();
        },
      };
    },
  };
}

/** A library that keeps a single entry in the process, too. */
export function peerShared(peer: CachePeer, concurrency: number): Contestant {
  return {
    name: peer.name,
    async open(params) {
      const cache = await peer.open({ redisUrl: requireParam(params, 'redisUrl'), ttlMs, maxEntries: 1 });
      const prefix = `${peer.name}:`;
      await fillAll(ids, (id) => cache.get(prefix + id, () => Promise.resolve(itemOf(id))));
      const refuse = (): Promise<unknown> => Promise.reject(new Error(`${peer.name} loads what Redis has`));
      const read = (index: number): Promise<unknown> => cache.get(prefix + idAt(index), refuse);
      return {
        run: (durationMs) => closedLoop(concurrency, durationMs, read, expectItem),
        [Symbol.asyncDispose]: () => cache.close(),
      };
    },
  };
}
