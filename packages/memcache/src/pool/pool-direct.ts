import type { AnswerTaker, DirectCalls } from '../driver/direct-calls.ts';
import type { Fleet } from './fleet.ts';
import type { Member } from './member.ts';

/** Reads and stores without promises, on nodes that serve their own keys. Whatever else there is, the other calls do. */
export class PoolDirect implements DirectCalls {
  readonly #fleet: Fleet;
  /** True when every call has more to do than to reach its node. */
  readonly #isNever: boolean;

  constructor(fleet: Fleet, hasShadow: boolean) {
    this.#fleet = fleet;
    this.#isNever = hasShadow;
  }

  get(key: string, taker: AnswerTaker): boolean {
    const home = this.#home(key);
    const direct = home?.driver.direct;
    if (home === undefined || direct?.get(key, taker, home.readTracker) !== true) return false;
    home.began();
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
    const home = this.#home(key);
    const direct = home?.driver.direct;
    if (home === undefined) return false;
    if (direct?.set(key, bytes, start, end, flags, ttlSeconds, taker, home.writeTracker) !== true) return false;
    home.began();
    return true;
  }

  #home(key: string): Member | undefined {
    const fleet = this.#fleet;
    const { topology } = fleet;
    if (this.#isNever || fleet.warmUp !== undefined || !topology.isWhole) return undefined;
    const home = topology.home(key);
    return home.serves() ? home : undefined;
  }
}
