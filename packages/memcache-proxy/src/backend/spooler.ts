import { type Clock, withDeadline } from '@lockstep/core';
import type { Key } from '@lockstep/memcache';

import type { DeleteReach, DeleteSpool } from './delete-spool.ts';
import { keyBytes } from './key-bytes.ts';
import { brokenKeyRule } from './key-rule.ts';
import type { NamedPool } from './named-pool.ts';
import { OwedKeys } from './owed-keys.ts';
import { provenPool } from './proven-pool.ts';
import type { Route } from './route.ts';
import { turnOf } from './turn-of.ts';

/** Keys whose entry this process knows. Of others a value that is written before the replay goes with it. */
const MAX_OWED_KEYS = 10_000;

/** What a spooler is given. */
export interface SpoolerOptions {
  readonly spool: DeleteSpool;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Hands the deletes that pools owe over to the spool, and the proofs of values that were stored after them. */
export class Spooler {
  readonly #options: SpoolerOptions;
  readonly #owed = new OwedKeys(MAX_OWED_KEYS);

  constructor(options: SpoolerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the spool has the delete of the key for each pool.
   *
   * @throws what the spool rejects with, or an Error when that takes too long.
   */
  async add(route: Route, pools: readonly string[], key: Buffer, reach?: DeleteReach): Promise<void> {
    const added = this.#add(route, pools, key, reach).map(async (note) => (await note)());
    throwFirst(await Promise.allSettled(added));
  }

  /**
   * As `add`, of a delete that writes are still ahead of: these must get no proof against it. Once it has its turn,
   * `note` has later ones get theirs. Never rejects: `failure` says what the spool did not take.
   */
  async addAhead(
    route: Route,
    pools: readonly string[],
    key: Buffer,
    reach?: DeleteReach,
  ): Promise<{ readonly note: () => void; readonly failure?: { readonly cause: unknown } }> {
    const outcomes = await Promise.allSettled(this.#add(route, pools, key, reach));
    const note = (): void => {
      for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value();
    };
    try {
      throwFirst(outcomes);
      return { note };
    } catch (cause) {
      return { note, failure: { cause } };
    }
  }

  /** True when no pool owes a delete, as far as this process knows. */
  get owesNothing(): boolean {
    return this.#owed.size === 0;
  }

  /** The pools of the route, with proofs for those that owe a delete of the key. */
  poolsFor(route: Route, key: Key, turn: string): readonly NamedPool[] {
    if (this.owesNothing) return route.pools;
    return route.pools.map((named) => this.#prove(named, key, turn));
  }

  /** Each resolves with what notes its ticket. */
  #add(route: Route, pools: readonly string[], key: Buffer, reach?: DeleteReach): Promise<() => void>[] {
    const { spool, timeoutMs: ms, clock } = this.#options;
    // The caller's key may be part of a buffer that he goes on using.
    const entry = { key: Buffer.from(key), failedAt: clock.now(), ...(reach === undefined ? {} : { reach }) };
    const onTimeout = (): Error => new Error(`the spool did not take the delete within ${ms} ms`);
    return pools.map(async (pool) => {
      const ticket = await withDeadline(spool.add({ pool, ...entry }), { ms, clock, onTimeout });
      route.spooled();
      return () => {
        // What every node is to forget, no value of one node makes up for.
        if (ticket !== undefined && spool.keep !== undefined && reach !== 'everywhere')
          this.#owed.note(pool, turnOf(entry.key), ticket);
      };
    });
  }

  #prove(named: NamedPool, key: Key, turn: string): NamedPool {
    const { spool, timeoutMs: ms, clock } = this.#options;
    const { name: pool } = named;
    const ticket = this.#owed.ticketOf(pool, turn);
    // What a stand-in takes is no proof of what the owner has.
    if (ticket === undefined || named.pool.isAway?.(key) === true) return named;
    const entry = { pool, key: Buffer.from(keyBytes(key)), ticket };
    let node: string;
    try {
      if (brokenKeyRule(entry.key) !== undefined) return named;
      node = spool.nodeOf?.(pool, entry.key) ?? '';
    } catch {
      // The spool does not know this pool: its entries wait.
      return named;
    }
    const onTimeout = (): Error => new Error(`the spool did not take the proof within ${ms} ms`);
    const proven = provenPool(named.pool, async (cas) => {
      try {
        const outcome = await withDeadline(spool.keep!({ ...entry, node, cas }), { ms, clock, onTimeout });
        if (outcome === 'gone') this.#owed.settle(pool, turn, ticket);
        return outcome;
      } catch {
        // Without a proof the replay deletes the value: a miss. The spool has told of the failure.
        return undefined;
      }
    });
    return { name: pool, pool: proven };
  }
}

function throwFirst(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
