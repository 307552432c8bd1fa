import { type Clock, systemClock } from '@lockstep/core';

import type { CallOptions, Item, Key, MemcacheDriver, StoreOptions } from '../driver/driver.ts';
import type { ReadOptions, ReadResult } from '../driver/read.ts';
import { boundedTtl } from './bounded-ttl.ts';

/** What a driver or a pool needs in order to stand in for a node that is down. */
export type StandInTarget = Pick<MemcacheDriver, 'read' | 'set' | 'delete'>;

/** A miss without a lease. */
export const missResult: ReadResult = {
  status: 'miss',
  flags: 0,
  cas: 0n,
  ttlSeconds: 0,
  mustRefresh: false,
  isRefreshing: false,
};

/**
 * Calls on keys of a node that is down, carried out on another one. That other one may hold values from
 * earlier: of a former ring, or of an earlier outage. All that is written here lives for a bounded time,
 * so a value with more time left than a write since `since` could have, or less, is not taken for one.
 */
export class StandIn {
  readonly #maxSeconds: number;
  readonly #clock: Clock;

  constructor(options: { readonly ttlSeconds: number; readonly clock: Clock | undefined }) {
    this.#maxSeconds = options.ttlSeconds;
    this.#clock = options.clock ?? systemClock;
  }

  async get(target: StandInTarget, key: Key, since: number, options?: CallOptions): Promise<Item | undefined> {
    const { value, flags } = await this.read(target, key, since, options);
    return value === undefined ? undefined : { value, flags };
  }

  /** Without leases: they and the CAS value would be this node's, and no `cas` goes here. */
  async read(target: StandInTarget, key: Key, since: number, options: ReadOptions = {}): Promise<ReadResult> {
    const { timeoutMs, signal } = options;
    const found = await target.read(key, { ...(timeoutMs === undefined ? {} : { timeoutMs }), signal });
    if (found.status !== 'hit' || found.isRefreshing || found.mustRefresh) return missResult;
    return this.#isRecent(found.ttlSeconds, since) ? { ...found, cas: 0n } : missResult;
  }

  async has(target: StandInTarget, key: Key, since: number, options?: CallOptions): Promise<boolean> {
    return (await this.read(target, key, since, options)).status === 'hit';
  }

  set(target: StandInTarget, key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<void> {
    const ttlSeconds = boundedTtl(options.ttlSeconds ?? 0, this.#maxSeconds, this.#clock.now());
    return target.set(key, value, { ...options, ttlSeconds });
  }

  /** memcached counts in whole seconds, and so the doubt of one goes against the value. */
  #isRecent(ttlSeconds: number, since: number): boolean {
    const elapsed = Math.floor((this.#clock.monotonic() - since) / 1000);
    return ttlSeconds >= 0 && ttlSeconds <= this.#maxSeconds && ttlSeconds > this.#maxSeconds - elapsed;
  }
}
