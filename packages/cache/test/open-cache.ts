import type { Cache, CacheOptions } from '../src/index.ts';
import { createCache } from '../src/index.ts';
import { createDeafLog, type DeafLog } from './deaf-log.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

/** A cache on a fake clock, over a log that can fail. */
export interface OpenCache extends AsyncDisposable {
  readonly cache: Cache;
  readonly clock: FakeClock;
  readonly log: DeafLog;
  /** What nobody else was told of. */
  readonly errors: Error[];
}

/** Opens one and waits until it hears. */
export async function openCache(
  options: Partial<CacheOptions> = {},
  world: { clock?: FakeClock; log?: DeafLog } = {},
): Promise<OpenCache> {
  const clock = world.clock ?? createFakeClock();
  const log = world.log ?? createDeafLog(clock);
  const errors: Error[] = [];
  const cache = createCache({ log, clock, onError: (error) => void errors.push(error), ...options });
  await cache.ready;
  return { cache, clock, log, errors, [Symbol.asyncDispose]: () => cache.close() };
}

/** A promise that is settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** A promise and its handles. */
export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

/** What a promise rejects with, for tests that look at it later. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it did not reject');
}
