import { type Clock, withDeadline } from '@lockstep/core';

import type { DeleteReach, DeleteSpool } from './delete-spool.ts';
import type { Route } from './route.ts';

/** What a spooler is given. */
export interface SpoolerOptions {
  readonly spool: DeleteSpool;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Hands the deletes that pools owe over to the spool. */
export class Spooler {
  readonly #options: SpoolerOptions;

  constructor(options: SpoolerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the spool has the delete of the key for each pool.
   *
   * @throws what the spool rejects with, or an Error when that takes too long.
   */
  async add(route: Route, pools: readonly string[], key: Buffer, reach?: DeleteReach): Promise<void> {
    const { spool, timeoutMs: ms, clock } = this.#options;
    // The caller's key may be part of a buffer that he goes on using.
    const entry = { key: Buffer.from(key), failedAt: clock.now(), ...(reach === undefined ? {} : { reach }) };
    const onTimeout = (): Error => new Error(`the spool did not take the delete within ${ms} ms`);
    const added = pools.map(async (pool) => {
      await withDeadline(spool.add({ pool, ...entry }), { ms, clock, onTimeout });
      route.spooled();
    });
    const outcomes = await Promise.allSettled(added);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}
