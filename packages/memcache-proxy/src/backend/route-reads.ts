import { type GetOutcome, type Item, type Key, type ReadResult } from '@lockstep/memcache';

import type { BackendCallOptions, BackendReadOptions } from './backend.ts';
import type { NamedPool } from './named-pool.ts';
import type { PoolLike } from './pool-like.ts';
import type { Route } from './route.ts';

/** Reads a key by the policy of its class. */
export function getByPolicy(route: Route, key: Key, options?: BackendCallOptions): Promise<Item | undefined> {
  const ask = (pool: PoolLike): Promise<Item | undefined> => pool.get(key, options);
  route.shadow(key, ask);
  if (route.reads === 'first') return ask(route.first);
  return askPools(route, ask, (item) => item !== undefined, options);
}

/**
 * As `getByPolicy`. Where there are several pools the first is asked for its lease last, as nobody is to compute what
 * another pool still has. What others have comes without a CAS value.
 */
export async function readByPolicy(route: Route, key: Key, options: BackendReadOptions): Promise<ReadResult> {
  const { leaseSeconds, signal, isWanted, ...rest } = options;
  route.shadow(key, (pool) => pool.read(key, { signal: undefined }));
  if (route.reads === 'first') return route.first.read(key, options);
  const isHit = ({ status }: ReadResult): boolean => status !== 'miss';
  const ask = async (pool: PoolLike): Promise<ReadResult> => {
    if (pool === route.first) return pool.read(key, { ...rest, signal });
    const found = await pool.read(key, { signal });
    return { ...found, cas: 0n, mustRefresh: false, isRefreshing: false };
  };
  const found = await askPools(route, ask, isHit, options);
  if (leaseSeconds === undefined || isHit(found) || isWanted?.() === false) return found;
  return route.first.read(key, options);
}

/** Reads many keys by the policy of their class. */
export async function getManyByPolicy(
  route: Route,
  keys: readonly Key[],
  options?: BackendCallOptions,
): Promise<GetOutcome[]> {
  for (const key of keys) route.shadow(key, (pool) => pool.get(key));
  const { pools, reads } = route;
  if (reads === 'first') return route.first.getManyOutcomes(keys, options);
  if (reads === 'fastest') return fastestOfMany(pools, keys, options);
  const outcomes = await route.first.getManyOutcomes(keys, options);
  for (const { pool } of pools.slice(1)) {
    const open = [...outcomes.keys()].filter((index) => !isItem(outcomes[index]));
    if (open.length === 0 || options?.signal?.aborted === true) break;
    const wanted = open.map((index) => keys[index]!);
    const found = await pool.getManyOutcomes(wanted, options);
    found.forEach((outcome, position) => improve(outcomes, open[position]!, outcome));
  }
  return outcomes;
}

/** Resolves as soon as every key has a value, and else with the last pool. */
async function fastestOfMany(
  pools: readonly NamedPool[],
  keys: readonly Key[],
  options?: BackendCallOptions,
): Promise<GetOutcome[]> {
  const pending: Error = new Error('no pool has answered');
  const outcomes: GetOutcome[] = keys.map(() => pending);
  const asked = pools.map(async ({ pool }) => {
    const found = await pool.getManyOutcomes(keys, options);
    found.forEach((outcome, index) => improve(outcomes, index, outcome));
    if (!outcomes.every(isItem)) throw pending;
  });
  try {
    await Promise.any(asked);
  } catch {
    // Some key has no value, and all pools have said so.
  }
  return [...outcomes];
}

/** A value is better than a miss, and that is better than an error. */
function improve(outcomes: GetOutcome[], index: number, outcome: GetOutcome): void {
  const known = outcomes[index];
  if (isItem(known) || (known === undefined && outcome instanceof Error)) return;
  outcomes[index] = outcome;
}

function isItem(outcome: GetOutcome): outcome is Item {
  return outcome !== undefined && !(outcome instanceof Error);
}

type Ask<T> = (pool: PoolLike) => Promise<T>;
type Asker = Pick<BackendReadOptions, 'signal' | 'isWanted'>;

/** Asks the pools of a class that reads from several. */
function askPools<T>(
  { reads, pools }: Route,
  ask: Ask<T>,
  isHit: (found: T) => boolean,
  asker: Asker | undefined,
): Promise<T> {
  return reads === 'fastest' ? fastest(pools, ask, isHit) : oneByOne(pools, ask, isHit, asker);
}

/** The first hit in the order of the pools, else the first miss, else the first error; of those that were asked. */
async function oneByOne<T>(
  pools: readonly NamedPool[],
  ask: Ask<T>,
  isHit: (found: T) => boolean,
  { signal, isWanted }: Asker = {},
): Promise<T> {
  const misses: T[] = [];
  const errors: unknown[] = [];
  for (const { pool } of pools) {
    try {
      const found = await ask(pool);
      if (isHit(found)) return found;
      misses.push(found);
    } catch (error) {
      errors.push(error);
    }
    signal?.throwIfAborted();
    if (isWanted?.() === false) break;
  }
  if (misses.length > 0) return misses[0]!;
  throw errors[0];
}

/** The first hit that arrives, else the first miss in the order of the pools, else an error. */
async function fastest<T>(pools: readonly NamedPool[], ask: Ask<T>, isHit: (found: T) => boolean): Promise<T> {
  const answers = pools.map(async ({ pool }) => ask(pool));
  const hits = answers.map(async (answer) => {
    const found = await answer;
    if (!isHit(found)) throw new Error('a miss');
    return found;
  });
  try {
    return await Promise.any(hits);
  } catch {
    // Every pool has answered: one that missed is as good as any other.
    return Promise.any(answers).catch(() => answers[0]!);
  }
}
