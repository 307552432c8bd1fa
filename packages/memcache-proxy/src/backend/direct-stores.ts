import type { AnswerTaker } from '@lockstep/memcache';

import { DirectStore, type StoreEnds } from './direct-store.ts';
import type { KeyedTurns } from './keyed-turns.ts';
import type { Route } from './route.ts';
import type { UnderWay } from './under-way.ts';

/** What direct stores need of the write path. */
export interface DirectStoresOptions {
  readonly turns: KeyedTurns;
  readonly underWay: UnderWay;
  /** True while nobody but the pool takes part in a store: no hook that hears of it, no spool that owes anything. */
  readonly isAlone: () => boolean;
  /** Makes up for a store that was not confirmed, and rejects with what the client is told. */
  readonly makeUp: (route: Route, key: string, cause: unknown, endTurn: () => void) => Promise<never>;
}

/**
 * Carries stores out without promises. One pool sends those on a key to one node in the order of the calls, so that
 * they share their turn; all other writes wait for it, as it does for them.
 */
export class DirectStores implements StoreEnds {
  readonly #options: DirectStoresOptions;
  readonly #turns: KeyedTurns;
  readonly #underWay: UnderWay;

  constructor(options: DirectStoresOptions) {
    this.#options = options;
    this.#turns = options.turns;
    this.#underWay = options.underWay;
  }

  /** As `DirectCalls.set`, with the time to live within its bounds. */
  set(
    route: Route,
    key: string,
    bytes: Buffer,
    start: number,
    end: number,
    flags: number,
    ttlSeconds: number,
    taker: AnswerTaker,
  ): boolean {
    const { direct } = route.first;
    if (direct === undefined || !this.#options.isAlone() || !this.#turns.tryShare(key)) return false;
    const store = DirectStore.take(this, route, key, taker);
    if (!direct.set(key, bytes, start, end, flags, ttlSeconds, store)) {
      store.release();
      this.#turns.leaveShared(key);
      return false;
    }
    route.writeBegan();
    this.#underWay.began();
    return true;
  }

  stored(route: Route, key: string): void {
    this.#turns.leaveShared(key);
    route.ended();
    this.#underWay.ended();
  }

  failed(route: Route, key: string, cause: unknown): Promise<never> {
    return this.#options.makeUp(route, key, cause, () => this.stored(route, key));
  }
}
