import type { Clock } from '@lockstep/core';

import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';

/** What a process is like. */
export interface SimProcessOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  /** How fast its clocks run; 1 is true time. @default 1 */
  readonly clockRate?: number;
}

/** Wall clocks start at a usual date, so that code which takes 0 for "never" is not flattered. */
const EPOCH_MS = 1_700_000_000_000;

/** A process of the virtual world: its own clocks, its own event loop, and all that can befall it. */
export class SimProcess {
  readonly name: string;
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #rate: number;
  readonly #backlog: (() => void)[] = [];
  #wallShiftMs = 0;
  #sleptMs = 0;
  #stoppedAt: number | undefined;
  #isSuspended = false;
  #hasCrashed = false;

  constructor({ name, scheduler, random, clockRate = 1 }: SimProcessOptions) {
    this.name = name;
    this.random = random;
    this.#scheduler = scheduler;
    this.#rate = clockRate;
    this.clock = {
      now: () => Math.floor(EPOCH_MS + this.#wallShiftMs + scheduler.now * clockRate),
      monotonic: () => (scheduler.now - this.#sleepMs()) * clockRate,
      setTimer: (callback, delayMs) => {
        if (delayMs === Infinity) return { cancel: () => undefined };
        // Timers are late by up to a millisecond, never early.
        return this.#timer(callback, Math.max(delayMs, 0) / this.#rate + random.next());
      },
    };
  }

  get isAlive(): boolean {
    return !this.#hasCrashed;
  }

  get isStopped(): boolean {
    return this.#stoppedAt !== undefined;
  }

  /** Runs something in this process now; later when it is stopped, never when it has crashed. */
  deliver(run: () => void): void {
    if (this.#hasCrashed) return;
    if (this.#stoppedAt === undefined) run();
    else this.#backlog.push(run);
  }

  /** Runs something in this process after a delay of true time. */
  post(delayMs: number, run: () => void): void {
    this.#scheduler.after(delayMs, () => this.deliver(run));
  }

  /** The next turn of its event loop: for `schedule` options. */
  readonly schedule = (run: () => void): void => this.post(0, run);

  /** SIGSTOP, or a loop that is blocked: nothing runs, the clocks go on. */
  freeze(): void {
    if (this.#stoppedAt === undefined && this.isAlive) this.#stoppedAt = this.#scheduler.now;
  }

  /** The machine sleeps: nothing runs, and the monotonic clock stands still. */
  suspend(): void {
    if (this.isStopped) return;
    this.freeze();
    this.#isSuspended = true;
  }

  /** Goes on after a freeze, with all that came meanwhile in the order in which it came. */
  thaw(): void {
    if (this.#stoppedAt === undefined || this.#isSuspended) return;
    this.#stoppedAt = undefined;
    for (const run of this.#backlog.splice(0)) this.post(0, run);
  }

  /** Goes on when its machine no longer sleeps. */
  wake(): void {
    if (!this.#isSuspended) return;
    this.#sleptMs = this.#sleepMs();
    this.#isSuspended = false;
    this.thaw();
  }

  /** Is on the same machine as another one. */
  takeClockOf(other: SimProcess): void {
    this.#sleptMs = other.#sleepMs();
    this.#wallShiftMs = other.#wallShiftMs;
  }

  crash(): void {
    this.#hasCrashed = true;
    this.#backlog.length = 0;
  }

  /** Sets the wall clock so much before true time, or behind it. */
  setWall(aheadMs: number): void {
    this.#wallShiftMs = aheadMs;
  }

  #sleepMs(): number {
    const now = this.#isSuspended ? this.#scheduler.now - (this.#stoppedAt ?? 0) : 0;
    return this.#sleptMs + now;
  }

  #timer(callback: () => void, delayMs: number): { cancel: () => void } {
    let isCancelled = false;
    const sleptBefore = this.#sleptMs;
    const timer = this.#scheduler.after(delayMs, () =>
      this.deliver(() => {
        if (isCancelled) return;
        // A timer counts the time of the monotonic clock: what was slept is still to be waited for.
        const sleptMs = this.#sleptMs - sleptBefore;
        if (sleptMs > 0) this.#scheduler.after(Math.min(sleptMs, delayMs), () => this.deliver(guarded));
        else guarded();
      }),
    );
    const guarded = (): void => {
      if (!isCancelled) callback();
    };
    return {
      cancel: () => {
        isCancelled = true;
        timer.cancel();
      },
    };
  }
}
