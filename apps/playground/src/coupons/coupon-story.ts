import { type Clock, sleep, systemClock } from '@lockstep/core';

import { couponsAt } from './coupon.ts';
import type { CouponDatabase } from './databases/coupon-database.ts';

const changeEveryMs = 3000;
const patienceMs = 500;

/** Whom to tell, and when it is over. */
export interface CouponStoryOptions {
  readonly notify: (what: string) => void;
  readonly signal: AbortSignal;
  /** @default the system's */
  readonly clock?: Clock;
}

/** The database with rows that change every 3 s, beside everything else: nothing fails because of it. */
export class CouponStory implements AsyncDisposable {
  readonly title: string;
  /** Resolves when proxies serve coupons, and never when they will not. */
  readonly served: Promise<void>;
  readonly #database: CouponDatabase;
  readonly #notify: (what: string) => void;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #ready: Promise<boolean>;
  readonly #changing: Promise<void>;
  #tellServed = (): void => {};
  #trouble: string | undefined;
  #isLate = false;
  #closed: Promise<void> | undefined;

  /** Starts the database. */
  constructor(database: CouponDatabase, { notify, signal, clock = systemClock }: CouponStoryOptions) {
    this.title = database.title;
    this.#database = database;
    this.#notify = notify;
    this.#clock = clock;
    this.#signal = AbortSignal.any([this.#closing.signal, signal]);
    this.#trouble = `${database.title} and the refreshers are starting`;
    this.served = new Promise((resolve) => (this.#tellServed = resolve));
    this.#ready = this.#start();
    this.#changing = this.#change();
  }

  /** Why there are no coupons yet, or none at all; undefined when there are. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Waits until the database and the refreshers are there, but no longer than half a second. Never rejects. */
  async serve(refreshers: Promise<unknown>): Promise<void> {
    const waiting = new AbortController();
    // Whichever is first; the signal ends the timer.
    await Promise.race([
      this.#serve(refreshers),
      sleep(patienceMs, { signal: waiting.signal, clock: this.#clock }).catch(() => {}),
    ]);
    waiting.abort();
    this.#isLate = this.#trouble !== undefined;
  }

  /** Ends the database. Idempotent. */
  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #start(): Promise<boolean> {
    try {
      await this.#database.start(this.#signal);
      await this.#database.write(couponsAt(0));
      return true;
    } catch (error) {
      this.#fail(`${this.title} did not start (--database takes another): `, error);
      return false;
    }
  }

  async #serve(refreshers: Promise<unknown>): Promise<void> {
    try {
      await refreshers;
    } catch (error) {
      this.#fail('', error);
      return;
    }
    if (!(await this.#ready) || this.#signal.aborted) return;
    this.#trouble = undefined;
    this.#tellServed();
    if (this.#isLate) this.#notify(`${this.title} and the refreshers are there: coupons are served`);
  }

  async #change(): Promise<void> {
    if (!(await this.#ready)) return;
    let hasFailed = false;
    for (let revision = 1; ; revision += 1) {
      // The signal is how this loop is meant to end.
      await sleep(changeEveryMs, { signal: this.#signal, clock: this.#clock }).catch(() => {});
      if (this.#signal.aborted) return;
      try {
        await this.#database.write(couponsAt(revision));
        hasFailed = false;
      } catch {
        if (!this.#signal.aborted && !hasFailed) this.#notify(`${this.title} does not take changes now`);
        hasFailed = true;
      }
    }
  }

  #fail(prefix: string, error: unknown): void {
    if (this.#signal.aborted) return;
    this.#trouble = prefix + (error instanceof Error ? error.message : String(error));
    this.#notify(`${this.#trouble}; there are no coupons`);
  }

  async #close(): Promise<void> {
    this.#closing.abort(new Error('the coupons are over'));
    await this.#database.close();
    await this.#changing;
  }
}
