import { type Clock, systemClock } from '@lockstep/core';
import type { Key, StoreOutcome } from '@lockstep/memcache';

import type { MemcacheProxyError } from '../memcache-proxy-error.ts';
import type { Backend, BackendStoreOptions, ReadOutcome } from './backend.ts';
import { toExpiresAt } from './expiry.ts';
import { publishFailure } from '../failure-channel.ts';
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
export function createBackend(made: BackendOptions): Backend {
  const { pool, onWrite, hookTimeoutMs = 5000, queueTimeoutMs = 2000, clock = systemClock } = made;
  if (!(hookTimeoutMs > 0)) throw new RangeError(`hookTimeoutMs must be positive, got ${hookTimeoutMs}`);
  if (!(queueTimeoutMs > 0)) throw new RangeError(`queueTimeoutMs must be positive, got ${queueTimeoutMs}`);
  const writes = new HookedWrites({ onWrite, hookTimeoutMs, queueTimeoutMs, clock });

  function failed(cause: unknown): MemcacheProxyError {
    const error = toReadError(cause);
    publishFailure({ operation: 'read', error });
    return error;
  }

  async function read<T>(found: Promise<T>): Promise<T> {
    try {
      return await found;
    } catch (cause) {
      throw failed(cause);
    }
  }

  type Send<T> = (options: Required<Pick<BackendStoreOptions, 'flags' | 'ttlSeconds'>>) => Promise<T>;
  function store<T>(
    key: Key,
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
      const bytes = toBytes(key);
      return expiresAt === undefined ? forget(key) : { kind: 'set', key: bytes, value, flags, expiresAt };
    });
  }

  /** A write that travels as a delete where `hasChanged` says so of its result. */
  function change<T>(key: Key, send: () => Promise<T>, hasChanged: (result: T) => boolean): Promise<T> {
    return writes.run(key, send, (result) => (hasChanged(result) ? forget(key) : undefined));
  }

  const stored = (outcome: StoreOutcome): boolean => outcome === 'stored';
  const always = (): boolean => true;
  const isDefined = (value: unknown): boolean => value !== undefined;

  return {
    get: (key, options) => read(pool.get(key, options)),
    gets: (key, options) => read(pool.gets(key, options)),
    async getMany(keys, options): Promise<ReadOutcome[]> {
      try {
        return await pool.getMany(keys, options);
      } catch {
        // One node that does not answer must not hide what the others have.
        return Promise.all(keys.map((key) => pool.get(key, options).catch(failed)));
      }
    },
    read: (key, options) => read(pool.read(key, options)),
    gat: (key, ttlSeconds, options) => change(key, () => pool.gat(key, ttlSeconds, options), isDefined),
    set: (key, value, rest = {}) =>
      store(key, value, rest, (ready) => pool.set(key, value, { ...rest, ...ready }), always),
    add: (key, value, rest = {}) =>
      store(key, value, rest, (ready) => pool.add(key, value, { ...rest, ...ready }), stored),
    replace: (key, value, rest = {}) =>
      store(key, value, rest, (ready) => pool.replace(key, value, { ...rest, ...ready }), stored),
    cas: (key, value, cas, rest = {}) =>
      store(key, value, rest, (ready) => pool.cas(key, value, cas, { ...rest, ...ready }), stored),
    append: (key, value, options) => change(key, () => pool.append(key, value, options), stored),
    prepend: (key, value, options) => change(key, () => pool.prepend(key, value, options), stored),
    // Also when it was not here: another region may have it.
    delete: (key, options) => change(key, () => pool.delete(key, options), always),
    markStale: (key, options) => change(key, () => pool.markStale(key, options), always),
    touch: (key, ttlSeconds, options) => change(key, () => pool.touch(key, ttlSeconds, options), Boolean),
    incr: (key, delta, options) => change(key, () => pool.incr(key, delta, options), isDefined),
    decr: (key, delta, options) => change(key, () => pool.decr(key, delta, options), isDefined),
    flushAll: (options) => pool.flushAll(options),
  };
}

function forget(key: Key): ProxyWrite {
  return { kind: 'delete', key: toBytes(key) };
}

function toBytes(key: Key): Buffer {
  return typeof key === 'string' ? Buffer.from(key) : key;
}
