import type { Key, MemcacheDriver } from '../driver/driver.ts';
import type { PoolListener } from './pool-event.ts';

/** The calls on one key that a shadow is given; a pool and a driver have them all. */
export type ShadowTarget = Omit<
  MemcacheDriver,
  'batch' | 'stats' | 'version' | 'flushAll' | 'close' | 'isUp' | 'queued' | 'capabilities' | typeof Symbol.asyncDispose
>;

/** Copies of calls for another pool, to try it under real traffic. */
export interface ShadowOptions {
  /** Where the copies go. You close it. */
  readonly pool: ShadowTarget;
  /** From 0 to 1: which part of the keys. A key is always in or always out, in every process. */
  readonly share: number;
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
  readonly #threshold: number;
  readonly #maxInFlight: number;
  readonly #emit: PoolListener;
  #inFlight = 0;
  #copied = 0;
  #failed = 0;
  #dropped = 0;

  /** @throws RangeError for a share that is none, or a bound below 1. */
  constructor(options: ShadowOptions, emit: PoolListener) {
    const { pool, share, maxInFlight = 1024 } = options;
    if (!(share >= 0 && share <= 1)) throw new RangeError(`shadow.share must be from 0 to 1, got ${share}`);
    if (!(maxInFlight >= 1)) throw new RangeError(`shadow.maxInFlight must be at least 1, got ${maxInFlight}`);
    this.#target = pool;
    this.#threshold = share * 2 ** 32;
    this.#maxInFlight = maxInFlight;
    this.#emit = emit;
  }

  get stats(): ShadowStats {
    return { copied: this.#copied, failed: this.#failed, dropped: this.#dropped };
  }

  /** True when calls on the key are copied. */
  covers(key: Key): boolean {
    return hashOf(key) < this.#threshold;
  }

  /** Copies the call when its key is covered. */
  copy(key: Key, call: (target: ShadowTarget) => Promise<unknown>): void {
    if (!this.covers(key)) return;
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
