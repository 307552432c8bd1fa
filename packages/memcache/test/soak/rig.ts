import { createRing } from '@lockstep/hashring';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';

import { createMetaDriver } from '../../src/engine/meta-driver.ts';
import { createMemjsDriver } from '../../src/memjs/memjs-driver.ts';
import type { Cache } from './workload.ts';

/** Which cache is tested. */
export type RigName = 'meta driver' | 'memjs driver' | 'pool';

/** All of them. */
export const rigNames: readonly RigName[] = ['meta driver', 'memjs driver', 'pool'];

interface Place {
  readonly host: string;
  readonly port: number;
}

/** A cache over `place`; the pool has a second node, which nothing ever happens to. */
export interface Rig extends AsyncDisposable {
  readonly cache: Cache;
  /** False for keys of the second node of a pool. */
  isExposed(key: string): boolean;
}

/** What all caches are given. @default timeoutMs 300 */
export interface RigOptions {
  readonly timeoutMs?: number;
}

/** Makes the cache. */
export async function startRig(name: RigName, { host, port }: Place, options: RigOptions = {}): Promise<Rig> {
  const { timeoutMs = 300 } = options;
  if (name === 'pool') return startPoolRig({ host, port }, timeoutMs);
  const cache =
    name === 'meta driver'
      ? createMetaDriver({ host, port }, { timeoutMs, connectTimeoutMs: timeoutMs })
      : createMemjsDriver({ host, port, timeoutMs });
  return { cache, isExposed: () => true, [Symbol.asyncDispose]: () => cache.close() };
}

async function startPoolRig(place: Place, timeoutMs: number): Promise<Rig> {
  const safe: MemcachedServer = await startMemcached();
  const { createPool } = await import('../../src/pool/pool.ts');
  const ring = createRing([place, { host: safe.host, port: safe.port }]);
  const cache = createPool({ ring, timeoutMs, connectTimeoutMs: timeoutMs });
  return {
    cache,
    isExposed: (key) => ring.pick(key) === 0,
    async [Symbol.asyncDispose]() {
      await cache.close();
      await safe.close();
    },
  };
}
