import type { Key } from '@lockstep/memcache';

import type { Route } from './route.ts';

/** The names of the pools whose node for the key is down, undefined for none. */
export function awayFrom(route: Route, key: Key): readonly string[] | undefined {
  let away: string[] | undefined;
  for (const { name, pool } of route.pools) if (pool.isAway?.(key) === true) (away ??= []).push(name);
  return away;
}
