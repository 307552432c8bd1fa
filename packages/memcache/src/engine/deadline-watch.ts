import type { Clock, Timer } from '@lockstep/core';

/** One timer for the earliest of many moments. */
export class DeadlineWatch {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #timer: Timer | undefined;
  #armedFor = Infinity;

  /** `onDue` is called at or after each watched moment, once for several that are due. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Makes sure that `onDue` is called at the monotonic moment `at`, or once before it. */
  watch(at: number): void {
    if (at >= this.#armedFor) return;
    this.#timer?.cancel();
    this.#armedFor = at;
    this.#timer = this.#clock.setTimer(this.#fire, Math.max(0, at - this.#clock.monotonic()));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#armedFor = Infinity;
  }

  readonly #fire = (): void => {
    this.stop();
    // After a blocked event loop the timer comes first, though the replies have long arrived: let
    // the sockets be read before anything is declared late.
    setImmediate(this.#onDue);
  };
}
