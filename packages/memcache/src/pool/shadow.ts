import { type Clock, systemClock } from '@lockstep/core';

import type { Key, MemcacheDriver } from '../driver/driver.ts';
import { remainingTtl } from '../driver/expiry.ts';
import type { Mutation } from '../driver/mutation.ts';
import type { PoolListener } from './pool-event.ts';

/** The calls that a shadow is given, on one key but for `flushAll`; a pool and a driver have them all. */
export type ShadowTarget = Omit<
  MemcacheDriver,
  'batch' | 'stats' | 'version' | 'close' | 'isUp' | 'queued' | 'capabilities' | typeof Symbol.asyncDispose
>;

/** A part of the keys by their hash: from `from` (0 is the least) up to `to` (1 is past the last), which is left out. */
export interface ShadowRange {
  readonly from: number;
  readonly to: number;
}

/** Copies of calls for another pool, to try it under real traffic. */
export interface ShadowOptions {
  /** Where the copies go. You close it. */
  readonly pool: ShadowTarget;
  /**
   * Which part of the keys: a number from 0 to 1, or a range of their hashes. A number is the range from 0 to it,
   * so that ranges which do not overlap have no key in common. A key is always in or always out, in every process.
   */
  readonly share: number | ShadowRange;
  /** Copies under way at once; those beyond it are left out. @default 1024 */
  readonly maxInFlight?: number;
}

/** What became of the copies. */
export interface ShadowStats {
  readonly copied: number;
  readonly failed: number;
  /** Left out because too many were under way. */
  readonly dropped: number;
}

/** Copies calls without anybody waiting for them. */
export class Shadow {
  readonly #target: ShadowTarget;
  readonly #from: number;
  readonly #to: number;
  readonly #maxInFlight: number;
  readonly #emit: PoolListener;
  readonly #clock: Clock;
  #inFlight = 0;
  #copied = 0;
  #failed = 0;
  #dropped = 0;

  /** @throws RangeError for a share that is none, or a bound below 1. */
  constructor(options: ShadowOptions, emit: PoolListener, clock: Clock = systemClock) {
    const { pool, share, maxInFlight = 1024 } = options;
    const { from, to } = typeof share === 'number' ? { from: 0, to: share } : share;
    if (!(from >= 0 && from <= to && to <= 1)) {
      const got = typeof share === 'number' ? share : `from ${from} to ${to}`;
      throw new RangeError(`shadow.share must be from 0 to 1, got ${got}`);
    }
    if (!(maxInFlight >= 1)) throw new RangeError(`shadow.maxInFlight must be at least 1, got ${maxInFlight}`);
    this.#target = pool;
    this.#from = from * 2 ** 32;
    this.#to = to * 2 ** 32;
    this.#maxInFlight = maxInFlight;
    this.#emit = emit;
    this.#clock = clock;
  }

  get stats(): ShadowStats {
    return { copied: this.#copied, failed: this.#failed, dropped: this.#dropped };
  }

  /** True when calls on the key are copied. What is no key is not: the call itself is refused. */
  covers(key: Key): boolean {
    if (typeof key !== 'string' && !Buffer.isBuffer(key)) return false;
    const hash = hashOf(key);
    return hash >= this.#from && hash < this.#to;
  }

  /** Copies the call when its key is covered. */
  copy(key: Key, call: (target: ShadowTarget) => Promise<unknown>): void {
    if (this.covers(key)) this.#send(call);
  }

  /** Copies those mutations of a batch whose keys are covered, each as a call of its own, with bytes of its own. */
  copyBatch(mutations: readonly Mutation[]): void {
    for (const mutation of mutations) {
      if (!this.covers(mutation.key)) continue;
      const key = Buffer.from(mutation.key);
      const ttlSeconds = mutation.kind === 'set' ? remainingTtl(mutation.expiresAt, this.#clock.now()) : undefined;
      if (mutation.kind === 'delete' || ttlSeconds === undefined) {
        this.#send((target) => target.delete(key));
        continue;
      }
      const { flags } = mutation;
      const value = Buffer.from(mutation.value);
      this.#send((target) => target.set(key, value, { flags, ttlSeconds }));
    }
  }

  /** Has the shadow drop everything, unless no key is covered. */
  copyFlush(): void {
    if (this.#from < this.#to) this.#send((target) => target.flushAll());
  }

  #send(call: (target: ShadowTarget) => Promise<unknown>): void {
    if (this.#inFlight >= this.#maxInFlight) {
      this.#dropped++;
      this.#emit({ type: 'shadow-failed' });
      return;
    }
    this.#inFlight++;
    this.#copied++;
    const failed = (error: unknown): void => {
      this.#inFlight--;
      this.#failed++;
      this.#emit({ type: 'shadow-failed', error });
    };
    try {
      call(this.#target).then(() => this.#inFlight--, failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** FNV-1a with the finalizer of MurmurHash3, as FNV alone leaves the high bits of similar keys alike. */
function hashOf(key: Key): number {
  let hash = 0x811c9dc5;
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
