import { type Clock, systemClock, type Timer } from '@lockstep/core';

interface Waiter {
  readonly start: () => void;
  readonly timer: Timer;
}

/** One turn at a time per key, first come first served; different keys never wait for each other. */
export class KeyedTurns {
  readonly #waiters = new Map<string, Waiter[]>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** How many keys somebody holds the turn of. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves when the turn of `key` is the caller's, who must then call `leave` once.
   *
   * @throws what `onTimeout` returns when the turn has not come within `timeoutMs`; there is nothing to leave then.
   */
  enter(key: string, timeoutMs: number, onTimeout: () => Error): Promise<void> {
    const waiters = this.#waiters.get(key);
    if (waiters === undefined) {
      this.#waiters.set(key, []);
      return Promise.resolve();
    }
    return new Promise<void>((resolve, reject) => {
      const timer = this.#clock.setTimer(() => {
        waiters.splice(waiters.indexOf(waiter), 1);
        reject(onTimeout());
      }, timeoutMs);
      const waiter: Waiter = { start: resolve, timer };
      waiters.push(waiter);
    });
  }

  /** Gives the turn to the next in line. */
  leave(key: string): void {
    const next = this.#waiters.get(key)?.shift();
    if (next === undefined) {
      this.#waiters.delete(key);
      return;
    }
    next.timer.cancel();
    next.start();
  }
}
