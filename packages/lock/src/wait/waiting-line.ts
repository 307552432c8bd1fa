import type { Clock, Timer } from '@lockstep/core';

import type { Occupied } from '../driver/lock-driver.ts';
import { MAX_POLL_MS, pollDelayMs } from './poll-delay.ts';
import type { Waiter } from './waiter.ts';

/** A timer that comes so much too late, in ms, comes after a pause of the event loop. */
const LATE_MS = 10;

/** What a line takes its time from. */
export interface WaitingLineOptions {
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Those of one process who wait for one key. One of them asks again when the holder's period is over: that is how a lock
 * whose holder died goes on, and how a push that was missed is noticed.
 */
export class WaitingLine {
  readonly #options: WaitingLineOptions;
  readonly #waiters = new Map<string, Waiter>();
  #pollAt = Infinity;
  #timerAt = Infinity;
  #timer: Timer | undefined;
  #isLate = false;

  constructor(options: WaitingLineOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** `waiter` was told who has the lock, and waits. */
  occupied(waiter: Waiter, { holder, holderTtlMs, rank }: Occupied): void {
    const { clock, random } = this.#options;
    this.#waiters.set(waiter.request.owner, waiter);
    this.#pollAt = clock.monotonic() + pollDelayMs(holderTtlMs, rank, random());
    // A timer that comes too early looks when it is time: answers come faster than timers are worth setting anew.
    if (this.#pollAt < this.#timerAt) this.#armFor(this.#pollAt);
    // It has been given to one of us, and the push was lost or is on its way.
    const granted = this.#waiters.get(holder);
    if (granted !== undefined && granted !== waiter && !granted.isAsking) granted.ask();
  }

  /** It waits no longer. */
  leave(waiter: Waiter): void {
    this.#waiters.delete(waiter.request.owner);
    if (this.#waiters.size > 0) return;
    this.#timer?.cancel();
    this.#timerAt = Infinity;
  }

  #armFor(at: number): void {
    const { clock } = this.#options;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = clock.setTimer(this.#look, Math.max(0, at - clock.monotonic()));
  }

  readonly #look = (): void => {
    const now = this.#options.clock.monotonic();
    if (this.#pollAt > now) {
      this.#armFor(this.#pollAt);
      return;
    }
    // After a pause, what has come meanwhile is read first: who was told of his turn is not to be passed over.
    this.#isLate = !this.#isLate && now > this.#timerAt + LATE_MS;
    if (this.#isLate) {
      this.#armFor(now + 1);
      return;
    }
    this.#armFor(now + MAX_POLL_MS);
    // In turns: whoever was given the lock by a push that was lost stands in no line until he asks.
    const [next] = this.#waiters.values();
    if (next === undefined) return;
    this.#waiters.delete(next.request.owner);
    this.#waiters.set(next.request.owner, next);
    next.ask();
  };
}
