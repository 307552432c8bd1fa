import type { Clock, Timer } from '@lockstep/core';

import { createTicks, type Ticks } from './ticks.ts';
import type { SchedulePlan } from './schedule-plan.ts';

/** What a ticker is made of. */
export interface TickerOptions {
  readonly plan: SchedulePlan;
  readonly clock: Clock;
  readonly random: () => number;
  /** Runs at each tick, with the moment at which it was due. */
  readonly onTick: (dueAt: number) => void;
}

/** How far ahead, in ms, a timer is set at most: the wall clock is looked at again then, in case it was moved. */
const MAX_AHEAD_MS = 30_000;

/** Calls at the ticks of a plan. Ticks that were missed are one; ticks of a pause are none. */
export class Ticker {
  readonly #options: TickerOptions;
  readonly #ticks: Ticks;
  #nextAt: number | undefined;
  #jitterMs = 0;
  #timer: Timer | undefined;

  constructor(options: TickerOptions) {
    this.#options = options;
    this.#ticks = createTicks(options.plan);
  }

  /** When the next tick is due, without the jitter. Undefined when it is stopped, or there is none any more. */
  get nextAt(): number | undefined {
    return this.#nextAt;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.isRunning) return;
    this.#plan(this.#options.clock.now());
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#nextAt = undefined;
  }

  #plan(now: number): void {
    this.#nextAt = this.#ticks(now);
    this.#jitterMs = (this.#options.plan.jitterMs ?? 0) * this.#options.random();
  }

  #arm(): void {
    const { clock } = this.#options;
    const waitMs = this.#nextAt === undefined ? MAX_AHEAD_MS : this.#nextAt + this.#jitterMs - clock.now();
    this.#timer = clock.setTimer(() => this.#wake(), Math.min(Math.max(waitMs, 0), MAX_AHEAD_MS));
  }

  #wake(): void {
    const now = this.#options.clock.now();
    const dueAt = this.#nextAt;
    if (dueAt !== undefined && now >= dueAt + this.#jitterMs) {
      this.#plan(now);
      this.#options.onTick(dueAt);
    } else if (dueAt === undefined || this.#ticks(now)! < dueAt) {
      // The wall clock was set back.
      this.#plan(now);
    }
    this.#arm();
  }
}
