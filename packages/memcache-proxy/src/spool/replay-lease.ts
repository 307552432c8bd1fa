import { randomBytes } from 'node:crypto';

import type { Clock } from '@lockstep/core';

import { HOLD_LEASE } from './lua/hold-lease.ts';
import { RELEASE_LEASE } from './lua/release-lease.ts';
import type { RedisLine } from './redis-line.ts';

/** What a lease is made of. */
export interface ReplayLeaseOptions {
  readonly line: RedisLine;
  readonly key: string;
  readonly ttlMs: number;
  readonly clock: Clock;
}

/**
 * Has one process replay at a time, to save work. Two at once, when one was frozen and its lease ran out, do no harm:
 * both only delete keys that a pool owes, and a delete too many costs a miss.
 */
export class ReplayLease {
  readonly #options: ReplayLeaseOptions;
  readonly #token = randomBytes(16).toString('hex');
  #heldAt = -Infinity;

  constructor(options: ReplayLeaseOptions) {
    this.#options = options;
  }

  /** True for two thirds of its time after it was taken or renewed; then it is to be renewed. */
  get isFresh(): boolean {
    const { clock, ttlMs } = this.#options;
    return clock.monotonic() - this.#heldAt < (ttlMs * 2) / 3;
  }

  /** Takes or renews it. `new` when another one may have replayed since; `no` when another one has it now. */
  async hold(): Promise<'new' | 'held' | 'no'> {
    const { line, key, ttlMs, clock } = this.#options;
    const now = clock.monotonic();
    const reply = Number(await line.run((client) => HOLD_LEASE.run(client, [key], [this.#token, ttlMs])));
    this.#heldAt = reply === 0 ? -Infinity : now;
    return reply === 2 ? 'new' : reply === 1 ? 'held' : 'no';
  }

  /** Gives it back, so that another process need not wait. */
  async release(): Promise<void> {
    if (this.#heldAt === -Infinity) return;
    this.#heldAt = -Infinity;
    const { line, key } = this.#options;
    await line.run((client) => RELEASE_LEASE.run(client, [key], [this.#token]));
  }
}
