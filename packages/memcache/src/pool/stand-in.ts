import { type Clock, systemClock } from '@lockstep/core';

import type { CallOptions, Item, Key, MemcacheDriver, StoreOptions } from '../driver/driver.ts';
import { missedRead, type ReadOptions, type ReadResult } from '../driver/read.ts';
import { boundedTtl } from './bounded-ttl.ts';

/** What a driver or a pool needs in order to stand in for a node that is down. */
export type StandInTarget = Pick<MemcacheDriver, 'read' | 'set' | 'delete'>;

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
    const found = await target.read(key, timeOf(options));
    if (found.status !== 'hit' || found.isRefreshing || found.mustRefresh) return missedRead;
    return this.#isRecent(found.ttlSeconds, since) ? { ...found, cas: 0n } : missedRead;
  }

  async has(target: StandInTarget, key: Key, since: number, options?: CallOptions): Promise<boolean> {
    return (await this.read(target, key, since, options)).status === 'hit';
  }

  set(target: StandInTarget, key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<void> {
    const ttlSeconds = boundedTtl(options.ttlSeconds ?? 0, this.#maxSeconds, this.#clock.now());
    return target.set(key, value, { ...options, ttlSeconds });
  }

  /** A delete, whatever else the call that it stands for was told. */
  remove(target: StandInTarget, key: Key, options?: CallOptions): Promise<boolean> {
    return target.delete(key, timeOf(options));
  }

  /** memcached counts in whole seconds, and so the doubt of one goes against the value. */
  #isRecent(ttlSeconds: number, since: number): boolean {
    const elapsed = Math.floor((this.#clock.monotonic() - since) / 1000);
    return ttlSeconds >= 0 && ttlSeconds <= this.#maxSeconds && ttlSeconds > this.#maxSeconds - elapsed;
  }
}

function timeOf({ timeoutMs, signal }: CallOptions = {}): CallOptions {
  return { ...(timeoutMs === undefined ? {} : { timeoutMs }), signal };
}
