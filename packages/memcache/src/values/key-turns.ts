import { type Clock, withDeadline } from '@lockstep/core';

import type { CallOptions, Key } from '../driver/driver.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import { timeLeft, type TimeLeft } from '../driver/time-left.ts';

/** How long calls wait for their turn, and how many at most. */
export interface TurnLimits {
  /** For calls without a `timeoutMs` of their own. */
  readonly timeoutMs: number;
  readonly maxWaiting: number;
  readonly clock: Clock;
}

/** What is sent once its turn has come, with what is then left of its time. */
export type TurnCall<V, R> = (value: V, left: TimeLeft) => Promise<R>;

/**
 * Keeps calls on a key in their order while one of them waits for something before it can be sent. A turn ends
 * when the call has been sent, or given up; nothing is kept of keys on which nobody waits.
 */
export class KeyTurns {
  readonly #limits: TurnLimits;
  /** For each key, the end of its last turn. */
  readonly #ends = new Map<string, Promise<unknown>>();
  #waiting = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /** True when calls on all of the keys may be sent at once. */
  areFree(keys: readonly Key[]): boolean {
    return this.#ends.size === 0 || !keys.some((key) => this.#ends.has(nameOf(key)));
  }

  /**
   * Sends a call with what `ready` resolves to, after all earlier calls on its keys.
   *
   * @throws MemcacheError ERR_MEMCACHE_TIMEOUT when that is not within its time, and nothing is sent;
   * ERR_MEMCACHE_OVERLOADED when too many wait.
   */
  async take<V, R>(
    keys: readonly Key[],
    ready: V | PromiseLike<V>,
    options: CallOptions | undefined,
    send: TurnCall<V, R>,
  ): Promise<R> {
    const { timeoutMs, maxWaiting, clock } = this.#limits;
    const value = Promise.resolve(ready);
    // Where the call is refused before it, nobody waits for the value.
    value.catch(() => undefined);
    if (this.#waiting >= maxWaiting) {
      throw new MemcacheError('ERR_MEMCACHE_OVERLOADED', 'too many calls wait for values that are being encoded');
    }
    const left = timeLeft(options, timeoutMs, clock);
    const names = keys.map(nameOf);
    const earlier = names.map((name) => this.#ends.get(name));
    const wait = withDeadline(Promise.all([value, ...earlier]), {
      ms: left().timeoutMs,
      signal: options?.signal,
      clock,
      onTimeout: () => new MemcacheError('ERR_MEMCACHE_TIMEOUT', 'a value was not encoded in time'),
    });
    // In a box, as the turn ends when the call is sent and not when it is answered.
    const turn = wait.then(([encoded]) => ({ answer: send(encoded, left()) }));
    this.#waiting++;
    const end: Promise<unknown> = Promise.allSettled([turn, ...earlier]).finally(() => {
      this.#waiting--;
      for (const name of names) if (this.#ends.get(name) === end) this.#ends.delete(name);
    });
    for (const name of names) this.#ends.set(name, end);
    return (await turn).answer;
  }
}

/** A string stands for its UTF-8 bytes. */
function nameOf(key: Key): string {
  return (typeof key === 'string' ? Buffer.from(key) : key).toString('latin1');
}
