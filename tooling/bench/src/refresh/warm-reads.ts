import { Redis } from 'ioredis';

import { type Contestant, requireParam } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import type { RefreshPeer } from './peers/refresh-peer.ts';

const count = 256;
const hourMs = 3_600_000;

/** A list of coupons: about 2 KB of JSON. */
function listOf(id: string): unknown {
  return {
    id,
    coupons: Array.from({ length: 20 }, (_, index) => ({
      id: `${id}-${index}`,
      title: `coupon ${index}`,
      percent: 10 + index,
    })),
  };
}

function idAt(index: number): string {
  return `list-${index % count}`;
}

function expectList(list: unknown, index: number): void {
  if ((list as { readonly id: string }).id !== idAt(index))
    throw new Error(`a read of ${idAt(index)} brought something else`);
}

/** Reads per second, so many at a time, of lists that are there and far from their end. */
export function warmReads(peer: RefreshPeer, concurrency: number): Contestant {
  return {
    name: peer.name,
    async open(params) {
      let isWarm = false;
      const load = (id: string): Promise<unknown> => {
        if (isWarm) throw new Error(`${peer.name} asks the source for what is there`);
        return Promise.resolve(listOf(id));
      };
      const opened = await peer.open({
        redisUrl: requireParam(params, 'redisUrl'),
        ttlMs: hourMs,
        refreshBelowMs: 1000,
        load,
      });
      for (let index = 0; index < count; index++) await opened.read(idAt(index));
      isWarm = true;
      return {
        run: (durationMs) => closedLoop(concurrency, durationMs, (index) => opened.read(idAt(index)), expectList),
        [Symbol.asyncDispose]: () => opened.close(),
      };
    },
  };
}

/** What a read of Redis costs at least. */
export function bareReads(concurrency: number): Contestant {
  return {
    name: 'JSON.parse(await redis.get())',
    async open(params) {
      const client = new Redis(requireParam(params, 'redisUrl'));
      for (let index = 0; index < count; index++)
        await client.set(`bare:${idAt(index)}`, JSON.stringify(listOf(idAt(index))));
      const read = async (index: number): Promise<unknown> => JSON.parse((await client.get(`bare:${idAt(index)}`))!);
      return {
        run: (durationMs) => closedLoop(concurrency, durationMs, read, expectList),
        async [Symbol.asyncDispose]() {
          client.disconnect();
        },
      };
    },
  };
}
