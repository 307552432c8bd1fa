import { MemcacheError, type MemcachePool } from '@lockstep/memcache';
import type { Applier } from '@lockstep/replication';
import type { Topology } from '@lockstep/service-kit';

import { createPoolRoutes } from './pool-routes.ts';

/** The part of a pool that operations are carried out on. */
export type AppliedPool = Pick<MemcachePool, 'applyBatch' | 'applyPacked'>;

/** Where operations are carried out. */
export interface Routing {
  readonly topology: Pick<Topology, 'classes'>;
  /** The pool of that name. */
  readonly get: (name: string) => AppliedPool;
}

/** Drops classes of keys, as `Applier.clear` does. */
export type Clear = NonNullable<Applier['clear']>;

/** An applier whose routing can be replaced. */
export interface RoutedApplier extends Applier {
  /** Has batches from now on go by another routing. Resolves when none is under way on the old one. */
  replace(routing: Routing): Promise<void>;
}

/**
 * Carries each operation out on every pool of its key's class, as the proxies of the region place them.
 * A batch is confirmed when all of its pools have confirmed their part.
 */
export function createRoutedApplier(first: Routing, clear?: Clear): RoutedApplier {
  let routes = createPoolRoutes(first.topology);
  let { get } = first;
  let running = new Set<Promise<unknown>>();

  /** Resolves when every pool has confirmed its part; rejects when all have settled. */
  async function confirm(parts: readonly Promise<void>[]): Promise<void> {
    const settled = Promise.allSettled(parts);
    const mine = running;
    mine.add(settled);
    const outcomes = await settled;
    mine.delete(settled);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  return {
    async applyBatch(operations, options) {
      const parts = new Map<string, (typeof operations)[number][]>();
      for (const operation of operations) {
        for (const name of routes.poolsOf(operation.key)) {
          const part = parts.get(name) ?? [];
          parts.set(name, part);
          part.push(operation);
        }
      }
      await confirm([...parts].map(([name, part]) => get(name).applyBatch(part, options)));
    },
    async applyPacked(writes, options) {
      await confirm(Array.from(routes.split(writes), ([name, part]) => get(name).applyPacked(part, options)));
    },
    ...(clear === undefined ? {} : { clear }),
    // A key that memcached does not take is refused by every node for ever.
    isRefusal: (error) => error instanceof MemcacheError && error.code === 'ERR_MEMCACHE_BAD_KEY',
    async replace(next) {
      const before = running;
      running = new Set();
      routes = createPoolRoutes(next.topology);
      ({ get } = next);
      await Promise.all(before);
    },
  };
}
