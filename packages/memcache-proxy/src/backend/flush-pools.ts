import { publishFailure } from '../failure-channel.ts';
import type { BackendCallOptions } from './backend.ts';
import { type PoolFailure, PoolsFailedError, toWriteFailure } from './pool-failure.ts';
import type { PoolLike } from './pool-like.ts';
import type { Route } from './route.ts';
import type { Routes } from './routes.ts';

/** Empties every pool that some class may write to. */
export async function flushPools(routes: Routes, options: BackendCallOptions | undefined): Promise<void> {
  const pools = new Map<PoolLike, { readonly name: string; readonly route: Route }>();
  for (const route of routes.all) {
    if (route.isReadOnly) continue;
    for (const { name, pool } of route.pools) pools.set(pool, { name, route });
  }
  flushShadows(routes, options);
  const flushed = Array.from(pools, async ([pool, { name, route }]): Promise<PoolFailure | undefined> => {
    route.writeBegan();
    try {
      await pool.flushAll(options);
      return undefined;
    } catch (cause) {
      route.failed();
      return { pool: name, cause };
    } finally {
      route.ended();
    }
  });
  const failures = (await Promise.all(flushed)).filter((failure) => failure !== undefined);
  const [first] = failures;
  if (first === undefined) return;
  const signal = options?.signal;
  if (signal?.aborted === true && first.cause === signal.reason) throw first.cause;
  const cause = pools.size === 1 ? first.cause : new PoolsFailedError(failures, pools.size);
  const { error } = toWriteFailure(cause, first.pool, true);
  publishFailure({ operation: 'write', error });
  throw error;
}

/** Empties what only gets copies: a shadow that serves keys of some class is that class's. Nobody waits for it. */
function flushShadows(routes: Routes, options: BackendCallOptions = {}): void {
  const { signal: _, ...rest } = options;
  const served = new Set(routes.all.flatMap(({ pools }) => pools.map(({ pool }) => pool)));
  for (const route of routes.all) {
    const { shadowPool } = route;
    if (shadowPool === undefined || route.isReadOnly || served.has(shadowPool)) continue;
    served.add(shadowPool);
    route.shadow('', (pool) => pool.flushAll(rest));
  }
}
