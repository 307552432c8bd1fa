import type { Clock } from '@lockstep/core';

import type { CallOptions, CasOptions, Key, MemcacheDriver, StoreOptions, StoreOutcome } from '../driver/driver.ts';
import type { MemcacheError } from '../driver/memcache-error.ts';
import type { ReadOptions, ReadResult } from '../driver/read.ts';

/** What `withCodec` wraps: a driver or a pool. */
export type CodecTarget = Pick<
  MemcacheDriver,
  'get' | 'gets' | 'gat' | 'read' | 'getMany' | 'set' | 'add' | 'replace' | 'cas' | 'delete' | 'touch'
>;

/** What a store of values takes: the codec sets the flags. */
export type ValueStoreOptions = Omit<StoreOptions, 'flags'>;

/** As `ValueStoreOptions`, for `cas`. */
export type ValueCasOptions = Omit<CasOptions, 'flags'>;

/** A value with what it takes to replace it. */
export interface ValueWithCas<T> {
  readonly value: T;
  readonly cas: bigint;
}

/** A `ReadResult` with its value decoded. */
export interface ValueReadResult<T> extends Omit<ReadResult, 'value'> {
  /** Undefined for `miss` and `unchanged`. */
  readonly value?: T;
}

/**
 * A driver or pool with values of one type. Reads reject with ERR_MEMCACHE_DECODE for what the codec
 * cannot decode; stores reject with what the codec's `encode` throws, before anything is sent.
 *
 * Calls on one key are sent in the order of the calls, awaited or not. While a value is being encoded in a thread,
 * those that follow on its key wait for it, 16384 of them at most: past that they reject with
 * ERR_MEMCACHE_OVERLOADED. What is called on the driver or the pool itself, or through another cache over it,
 * does not wait.
 */
export interface TypedCache<T> {
  get(key: Key, options?: CallOptions): Promise<T | undefined>;
  gets(key: Key, options?: CallOptions): Promise<ValueWithCas<T> | undefined>;
  gat(key: Key, ttlSeconds: number, options?: CallOptions): Promise<T | undefined>;
  read(key: Key, options?: ReadOptions): Promise<ValueReadResult<T>>;
  /** Answers in the order of `keys`. With `onDecodeError: 'throw'`, one value that cannot be decoded rejects all. */
  getMany(keys: readonly Key[], options?: CallOptions): Promise<(T | undefined)[]>;
  set(key: Key, value: T, options?: ValueStoreOptions): Promise<void>;
  add(key: Key, value: T, options?: ValueStoreOptions): Promise<StoreOutcome>;
  replace(key: Key, value: T, options?: ValueStoreOptions): Promise<StoreOutcome>;
  cas(key: Key, value: T, cas: bigint, options?: ValueCasOptions): Promise<StoreOutcome>;
  delete(key: Key, options?: CallOptions): Promise<boolean>;
  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean>;
}

/** How `withCodec` behaves. */
export interface TypedCacheOptions {
  /**
   * What a read answers for a value that cannot be decoded: `throw` rejects, `miss` answers as if the
   * key were not there. A function is told the error, and the answer is a miss.
   *
   * @default 'throw'
   */
  readonly onDecodeError?: 'throw' | 'miss' | ((error: MemcacheError) => void);
  /**
   * For calls without a `timeoutMs` of their own: milliseconds for a call whose value is encoded in a thread, or
   * that comes after such a one on its key, encoding included. Give it what the driver or the pool has. All other
   * calls have the time that the driver gives them.
   *
   * @default 1000
   */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}
