import { type Clock, systemClock } from '@lockstep/core';
import type { Item, StoreOutcome } from '@lockstep/memcache';

import type { Backend, BackendStoreOptions } from './backend.ts';
import { toExpiresAt } from './expiry.ts';
import { publishFailure } from './failure-channel.ts';
import { HookedWrites } from './hooked-writes.ts';
import { toReadError } from './pool-failure.ts';
import type { PoolLike } from './pool-like.ts';
import type { ProxyWrite, WriteHook } from './write-hook.ts';

/** What a backend is made of. */
export interface BackendOptions {
  /** You own it; the backend never closes it. Its calls must settle by a deadline of their own. */
  readonly pool: PoolLike;
  /** Hears of every write before the client does. */
  readonly onWrite?: WriteHook;
  /** How long a client waits for the hook, in milliseconds. @default 5000 */
  readonly hookTimeoutMs?: number;
  /** How long a write waits for earlier writes to its key, in milliseconds. @default 2000 */
  readonly queueTimeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Puts a write hook on a memcached pool. Writes to one key are carried out one at a time, in the
 * order of the calls; different keys run concurrently.
 *
 * @throws RangeError when a timeout is not positive.
 */
export function createBackend(options: BackendOptions): Backend {
  const { pool, onWrite, hookTimeoutMs = 5000, queueTimeoutMs = 2000, clock = systemClock } = options;
  if (!(hookTimeoutMs > 0)) throw new RangeError(`hookTimeoutMs must be positive, got ${hookTimeoutMs}`);
  if (!(queueTimeoutMs > 0)) throw new RangeError(`queueTimeoutMs must be positive, got ${queueTimeoutMs}`);
  const writes = new HookedWrites({ onWrite, hookTimeoutMs, queueTimeoutMs, clock });

  async function read(fetch: () => Promise<Item | undefined>): Promise<Item | undefined> {
    try {
      return await fetch();
    } catch (cause) {
      const error = toReadError(cause);
      publishFailure({ operation: 'read', error });
      throw error;
    }
  }

  type Send<T> = (options: Required<BackendStoreOptions>) => Promise<T>;
  function store<T>(
    key: Buffer,
    value: Buffer,
    { flags = 0, ttlSeconds = 0 }: BackendStoreOptions,
    send: Send<T>,
    isStored: (result: T) => boolean,
  ): Promise<T> {
    let expiresAt: number | undefined;
    const start = (): Promise<T> => {
      // Before memcached reads its clock, so that no copy outlives the original.
      expiresAt = toExpiresAt(ttlSeconds, clock.now());
      return send({ flags, ttlSeconds });
    };
    return writes.run(key, start, (result): ProxyWrite | undefined => {
      if (!isStored(result)) return undefined;
      return expiresAt === undefined ? { kind: 'delete', key } : { kind: 'set', key, value, flags, expiresAt };
    });
  }

  const stored = (outcome: StoreOutcome): boolean => outcome === 'stored';
  const forget = (key: Buffer): ProxyWrite => ({ kind: 'delete', key });

  return {
    get: (key) => read(() => pool.get(key)),
    gets: (key) => read(() => pool.gets(key)),
    set: (key, value, rest = {}) =>
      store(
        key,
        value,
        rest,
        (ready) => pool.set(key, value, ready),
        () => true,
      ),
    add: (key, value, rest = {}) => store(key, value, rest, (ready) => pool.add(key, value, ready), stored),
    replace: (key, value, rest = {}) => store(key, value, rest, (ready) => pool.replace(key, value, ready), stored),
    cas: (key, value, cas, rest = {}) => store(key, value, rest, (ready) => pool.cas(key, value, cas, ready), stored),
    // Also when it was not here: another region may have it.
    delete: (key) =>
      writes.run(
        key,
        () => pool.delete(key),
        () => forget(key),
      ),
    touch: (key, ttlSeconds) =>
      writes.run(
        key,
        () => pool.touch(key, ttlSeconds),
        (found) => (found ? forget(key) : undefined),
      ),
    incr: (key, delta) =>
      writes.run(
        key,
        () => pool.incr(key, delta),
        (value) => (value === undefined ? undefined : forget(key)),
      ),
    decr: (key, delta) =>
      writes.run(
        key,
        () => pool.decr(key, delta),
        (value) => (value === undefined ? undefined : forget(key)),
      ),
  };
}
