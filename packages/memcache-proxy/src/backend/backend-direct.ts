import type { Clock } from '@lockstep/core';
import type { AnswerTaker, DirectCalls } from '@lockstep/memcache';

import { DirectRead } from './direct-read.ts';
import type { HookedWrites } from './hooked-writes.ts';
import type { Routes } from './routes.ts';
import { boundTtl } from './ttl-bounds.ts';

/** What direct calls need of a backend. */
export interface BackendDirectOptions {
  /** Those of this moment. */
  readonly routes: () => Routes;
  readonly writes: HookedWrites;
  readonly clock: Clock;
}

/** Reads and stores of a backend without promises, where a class asks for one call to one pool. */
export class BackendDirect implements DirectCalls {
  readonly #routes: () => Routes;
  readonly #writes: HookedWrites;
  readonly #clock: Clock;

  constructor({ routes, writes, clock }: BackendDirectOptions) {
    this.#routes = routes;
    this.#writes = writes;
    this.#clock = clock;
  }

  get(key: string, taker: AnswerTaker): boolean {
    const route = this.#routes().find(key);
    const { direct } = route.first;
    if (!route.isPlain || direct === undefined) return false;
    const read = DirectRead.take(route, taker);
    if (!direct.get(key, read)) {
      read.release();
      return false;
    }
    route.readBegan(1);
    return true;
  }

  set(
    key: string,
    bytes: Buffer,
    start: number,
    end: number,
    flags: number,
    ttlSeconds: number,
    taker: AnswerTaker,
  ): boolean {
    const route = this.#routes().find(key);
    if (!route.isPlainWrite) return false;
    const ttl = route.ttl === undefined ? ttlSeconds : boundTtl(ttlSeconds, route.ttl, this.#clock.now());
    return this.#writes.direct.set(route, key, bytes, start, end, flags, ttl, taker);
  }
}
