import type { AnswerTaker } from '@lockstep/memcache';

import type { Route } from './route.ts';

/** Who carries stores out, and hears of their end before who asked for them. */
export interface StoreEnds {
  /** It has ended: memcached has the value. */
  stored(route: Route, key: string): void;
  /** It was not confirmed. Rejects, when the rest is done, with what who asked is told. */
  failed(route: Route, key: string, cause: unknown): Promise<never>;
}

const MAX_IDLE = 4096;
const idle: DirectStore[] = [];

/** A direct store on its way: has its turn end, and tells who asked. Used again for other stores afterwards. */
export class DirectStore implements AnswerTaker {
  #ends: StoreEnds | undefined;
  #route: Route | undefined;
  #key = '';
  #taker: AnswerTaker | undefined;

  /** One for a store that starts. Exactly one of its methods must be called, once. */
  static take(ends: StoreEnds, route: Route, key: string, taker: AnswerTaker): DirectStore {
    const store = idle.pop() ?? new DirectStore();
    store.#ends = ends;
    store.#route = route;
    store.#key = key;
    store.#taker = taker;
    return store;
  }

  /** A store is answered without a value. */
  onValue(): void {
    this.onDone();
  }

  onDone(): void {
    const ends = this.#ends!;
    const route = this.#route!;
    const key = this.#key;
    const taker = this.#taker!;
    this.release();
    ends.stored(route, key);
    taker.onDone();
  }

  onFailure(cause: unknown): void {
    const ends = this.#ends!;
    const route = this.#route!;
    const key = this.#key;
    const taker = this.#taker!;
    this.release();
    ends.failed(route, key, cause).catch((error: unknown) => taker.onFailure(error));
  }

  /** Gives it back without an end: the store has not started. */
  release(): void {
    this.#ends = undefined;
    this.#route = undefined;
    this.#key = '';
    this.#taker = undefined;
    if (idle.length < MAX_IDLE) idle.push(this);
  }
}
