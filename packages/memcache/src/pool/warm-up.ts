import type { Clock } from '@lockstep/core';

import type { CallOptions, Item, Key } from '../driver/driver.ts';
import { checkPositive } from '../engine/meta-options.ts';
import { half, type TimeLeft } from '../driver/time-left.ts';
import { boundedTtl } from './bounded-ttl.ts';
import type { Member } from './member.ts';
import { isNodeError } from './node-error.ts';
import type { PoolListener } from './pool-event.ts';
import type { Topology } from './topology.ts';

const leaseSeconds = 5;

/** How misses of new owners are filled from former ones: those of `get` and `getMany`. Every other call is not filled. */
export interface WarmUpLimits {
  /** Milliseconds for which this goes on. @default 300000 */
  readonly forMs?: number;
  /** The longest time to live of a value that was copied. @default 300 */
  readonly ttlSeconds?: number;
  /** Misses that are being filled at once; those beyond it stay misses. @default 64 */
  readonly maxConcurrent?: number;
}

/**
 * Fills misses from the node that owned the key in an earlier ring, for a limited time.
 *
 * A fill goes by a lease: what is set or deleted on the new owner meanwhile ends the lease, and the fill
 * comes to nothing. Every write removes the key from its former owner first, and the value is read there
 * once the lease is held, so that nothing overwritten comes back.
 */
export class WarmUp {
  readonly former: Topology;
  readonly endsAt: number;
  readonly #clock: Clock;
  readonly #emit: PoolListener;
  readonly #ttlSeconds: number;
  readonly #maxConcurrent: number;
  /** Former owners that may hold what has been overwritten. */
  readonly #distrusted = new Set<Member>();
  #running = 0;

  /** @throws RangeError for a limit that is not positive, or a time without an end. */
  constructor(former: Topology, limits: WarmUpLimits, owner: { readonly clock: Clock; readonly emit: PoolListener }) {
    const { forMs = 300_000, ttlSeconds = 300, maxConcurrent = 64 } = limits;
    checkPositive('warmUp.forMs', forMs);
    checkPositive('warmUp.ttlSeconds', ttlSeconds);
    if (!(maxConcurrent > 0)) {
      throw new RangeError(`warmUp.maxConcurrent must be a positive number, got ${maxConcurrent}`);
    }
    this.former = former;
    this.endsAt = owner.clock.monotonic() + forMs;
    this.#clock = owner.clock;
    this.#emit = owner.emit;
    this.#ttlSeconds = Math.floor(ttlSeconds);
    this.#maxConcurrent = maxConcurrent;
  }

  get isActive(): boolean {
    return this.#clock.monotonic() < this.endsAt;
  }

  /** The value of a former owner, which the new one then has too. Any difficulty makes it a miss. `left`: the options with the time that is left. */
  async fetch(key: Key, owner: Member, left: () => CallOptions): Promise<Item | undefined> {
    const source = this.#source(key, owner);
    if (source === undefined || this.#running >= this.#maxConcurrent) return undefined;
    this.#running++;
    try {
      // Most misses are misses everywhere: they must not leave leases behind.
      if ((await source.track(source.driver.get(key, left()))) === undefined) return undefined;
      return await this.#fill(key, source, owner, left);
    } catch (error) {
      if (isNodeError(error) || !this.isActive) return undefined;
      throw error;
    } finally {
      this.#running--;
    }
  }

  /**
   * Before a write: removes the key from its former owner, or stops reading from that one. It takes half of the
   * time that is left at most, so that a former owner that hangs does not fail the write.
   */
  async forget(key: Key, owner: Member, left: () => TimeLeft): Promise<void> {
    const source = this.#source(key, owner, true);
    if (source === undefined) return;
    try {
      await source.track(source.driver.delete(key, half(left())));
    } catch (error) {
      // A bad key, or the caller's own signal: the write itself will say so.
      if (isNodeError(error)) this.distrust(source, error);
    }
  }

  /** The former owner that the key may be filled from. Undefined where there is none. */
  sourceOf(key: Key, owner: Member): Member | undefined {
    const source = this.former.home(key);
    return source === owner || !this.isActive ? undefined : source;
  }

  /** Stops reading from a former owner that may hold what has been overwritten. */
  distrust(source: Member, error: unknown): void {
    if (this.#distrusted.has(source)) return;
    this.#distrusted.add(source);
    this.#emit({ type: 'warm-up-stopped', node: source.node, error });
  }

  async #fill(key: Key, source: Member, owner: Member, left: () => CallOptions): Promise<Item | undefined> {
    const lease = await owner.track(owner.driver.read(key, { ...left(), leaseSeconds }));
    if (lease.value !== undefined) return { value: lease.value, flags: lease.flags };
    if (!lease.mustRefresh) return undefined;
    const found = await source.track(source.driver.read(key, left())).catch(() => undefined);
    if (found?.value === undefined || found.status !== 'hit') {
      await owner.track(owner.driver.delete(key, left()));
      return undefined;
    }
    const { value, flags } = found;
    const ttlSeconds = boundedTtl(Math.max(0, found.ttlSeconds), this.#ttlSeconds, this.#clock.now());
    const outcome = await owner.track(owner.driver.cas(key, value, lease.cas, { ...left(), flags, ttlSeconds }));
    return outcome === 'stored' ? { value, flags } : undefined;
  }

  #source(key: Key, owner: Member, isWrite = false): Member | undefined {
    const source = this.sourceOf(key, owner);
    if (source === undefined || this.#distrusted.has(source)) return undefined;
    if (source.serves()) return source;
    if (isWrite) this.distrust(source, source.refusal());
    return undefined;
  }
}
