import type { Key } from '@lockstep/memcache';

import type { NamedPool } from './named-pool.ts';
import { isUncertain, type PoolFailure, PoolsFailedError } from './pool-failure.ts';
import type { PoolCall, PoolWrite } from './pool-write.ts';
import type { Route } from './route.ts';

/** A write on its way to the pools of a class. */
export interface Sent<T> {
  /** Rejects with what the pool rejected with, or with PoolsFailedError where there are several. */
  readonly answer: Promise<T>;
  /** Resolves when every pool has answered, with the failures that `answer` does not tell. @default with `answer` */
  readonly settled?: Promise<readonly PoolFailure[]>;
}

/** Sends a write to the pools of its class, in the form that `pools` have them in. Never throws. */
export function sendToPools<T>(
  route: Route,
  key: Key,
  write: PoolWrite<T>,
  pools: readonly NamedPool[] = route.pools,
): Sent<T> {
  route.shadow(key, write.shadow ?? write.send);
  if (pools.length === 1) return { answer: attempt(pools[0]!, write.send) };
  return write.follow === undefined
    ? sendToAll(route, pools, write)
    : sendInOrder(route, pools, key, write, write.follow);
}

function sendToAll<T>(route: Route, pools: readonly NamedPool[], write: PoolWrite<T>): Sent<T> {
  const calls = pools.map((pool) => attempt(pool, write.send));
  const failures = failuresOf(pools, calls);
  const count = pools.length;
  if (route.writes !== 'first-success') {
    const answer = failures.then(async (failed) => {
      if (failed.length > 0) throw new PoolsFailedError(failed, count);
      const results = await Promise.all(calls);
      return write.merge === undefined ? results[0]! : write.merge(results);
    });
    return { answer };
  }
  const answer = Promise.any(calls).catch(async () => {
    throw new PoolsFailedError(await failures, count);
  });
  // Where all have failed, the answer tells of them.
  return { answer, settled: failures.then((failed) => (failed.length === count ? [] : failed)) };
}

function sendInOrder<T>(
  route: Route,
  pools: readonly NamedPool[],
  key: Key,
  write: PoolWrite<T>,
  follow: (result: T) => PoolCall<unknown> | undefined,
): Sent<T> {
  const [first, ...others] = pools as readonly [NamedPool, ...NamedPool[]];
  const count = pools.length;
  const toOthers = (call: PoolCall<unknown> | undefined): Promise<readonly PoolFailure[]> =>
    call === undefined
      ? Promise.resolve([])
      : failuresOf(
          others,
          others.map((pool) => attempt(pool, call)),
        );
  const decided = attempt(first, write.send);
  const failures = decided.then(
    (result) => toOthers(follow(result)),
    // Nobody knows what the first has now, and so nobody may have what it had before.
    (cause: unknown) => toOthers(isUncertain(cause) ? (write.forget ?? ((pool) => pool.delete(key))) : undefined),
  );
  const failed = (cause: unknown): Promise<never> =>
    failures.then((more) => {
      throw isUncertain(cause) ? new PoolsFailedError([{ pool: first.name, cause }, ...more], count) : cause;
    });
  if (route.writes === 'all') {
    const answer = decided.then(async (result) => {
      const more = await failures;
      if (more.length > 0) throw new PoolsFailedError(more, count);
      return result;
    }, failed);
    return { answer };
  }
  const settled = decided.then(
    () => failures,
    () => [],
  );
  return { answer: decided.catch(failed), settled };
}

/** What failed of the calls, when all have settled. */
async function failuresOf(
  pools: readonly NamedPool[],
  calls: readonly Promise<unknown>[],
): Promise<readonly PoolFailure[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [{ pool: pools[index]!.name, cause: outcome.reason as unknown }] : [],
  );
}

/** A call that throws has failed like one that rejects. */
function attempt<T>({ pool }: NamedPool, call: PoolCall<T>): Promise<T> {
  try {
    return call(pool);
  } catch (cause) {
    return Promise.reject(cause);
  }
}
