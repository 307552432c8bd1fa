import type { AnswerTaker } from '@lockstep/memcache';

import type { Route } from './route.ts';

const MAX_IDLE = 4096;
const idle: DirectRead[] = [];

/** A direct read on its way: counts how it ends, and tells who asked. Used again for other reads afterwards. */
export class DirectRead implements AnswerTaker {
  #route: Route | undefined;
  #taker: AnswerTaker | undefined;

  /** One for a read that starts. Exactly one of its methods must be called, once. */
  static take(route: Route, taker: AnswerTaker): DirectRead {
    const read = idle.pop() ?? new DirectRead();
    read.#route = route;
    read.#taker = taker;
    return read;
  }

  onValue(bytes: Buffer, start: number, end: number, flags: number): void {
    const taker = this.#taker!;
    this.#end(true);
    taker.onValue(bytes, start, end, flags);
  }

  onDone(): void {
    const taker = this.#taker!;
    this.#end(false);
    taker.onDone();
  }

  onFailure(cause: unknown): void {
    const taker = this.#taker!;
    const route = this.#route!;
    this.release();
    route.ended();
    taker.onFailure(route.readError(cause));
  }

  /** Gives it back without an end: the read has not started. */
  release(): void {
    this.#route = undefined;
    this.#taker = undefined;
    if (idle.length < MAX_IDLE) idle.push(this);
  }

  #end(isHit: boolean): void {
    const route = this.#route!;
    this.release();
    route.found(isHit);
    route.ended();
  }
}
