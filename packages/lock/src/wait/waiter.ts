import { type Backoff, type Clock, createBackoff, type Timer } from '@lockstep/core';

import type { AcquireReply, AcquireRequest, Grant, LockDriver, Occupied } from '../driver/lock-driver.ts';
import { deadlineOf, remainingOf } from '../lease/lease-deadline.ts';
import { LockError } from '../lock-error.ts';
import { toLockError } from '../to-lock-error.ts';
import type { GrantPeriod } from './grant-period.ts';

/** What a waiter leaves to the others of its process. */
export interface WaiterHome {
  readonly driver: Pick<LockDriver, 'acquire'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly onError: (error: Error) => void;
  readonly periods: GrantPeriod;
  /** The lock service said who has it. */
  onOccupied(waiter: Waiter, reply: Occupied): void;
  /** It waits no longer. Unless it has its lock, it may still stand in the line of the lock service. */
  onDone(waiter: Waiter, isGranted: boolean): void;
}

/** How long to wait. */
export interface WaitBound {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A question has so much time for its answer, in ms, though the wait be shorter. */
const MIN_ASK_MS = 100;
/** Before all others of its priority, and behind those of the next. */
const AHEAD = 0.25;

/** One acquisition under way: it asks, waits to be told, and asks again until it has the lock or gives up. */
export class Waiter {
  readonly request: AcquireRequest;
  readonly #home: WaiterHome;
  readonly #bound: WaitBound;
  readonly #until: number;
  readonly #resolve: (grant: Grant) => void;
  readonly #reject: (reason: unknown) => void;
  #isAsking = false;
  #isToAskAgain = false;
  #isGranted = false;
  #isClaiming = false;
  #askedAt = 0;
  #isDone = false;
  #timeout: Timer | undefined;
  #retry: Timer | undefined;
  #backoff: Backoff | undefined;
  #failure: LockError | undefined;

  constructor(
    home: WaiterHome,
    request: AcquireRequest,
    bound: WaitBound,
    resolve: (grant: Grant) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#home = home;
    this.request = request;
    this.#bound = bound;
    this.#until = home.clock.monotonic() + bound.waitMs;
    this.#resolve = resolve;
    this.#reject = reject;
    bound.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** Whether a question is on its way. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /**
   * A push says that it has the lock. Such a grant is short, so that one to a process that has stopped costs the others
   * little; asking makes it a whole lease, from a moment that is known exactly.
   */
  granted(): void {
    this.#isGranted = true;
    this.ask();
  }

  /** Asks for the lock: at the start, when it is said to be granted or free, and when a push may have been missed. */
  ask(): void {
    if (this.#isDone) return;
    if (this.#isAsking) {
      this.#isToAskAgain = true;
      return;
    }
    this.#isAsking = true;
    this.#isToAskAgain = false;
    this.#retry?.cancel();
    this.#isClaiming = this.#isGranted;
    this.#isGranted = false;
    const { driver, timeoutMs, clock } = this.#home;
    this.#askedAt = clock.monotonic();
    const restMs = Math.max(MIN_ASK_MS, this.#until - this.#askedAt);
    const request = this.#isClaiming ? this.#claim() : this.request;
    driver
      .acquire(request, { timeoutMs: Math.min(timeoutMs, request.ttlMs / 3, restMs) })
      .then(this.#heard, this.#failed);
  }

  /** Gives up. */
  fail(reason: unknown): void {
    if (this.#finish(false)) this.#reject(reason);
  }

  readonly #abort = (): void => this.fail(this.#bound.signal!.reason);

  readonly #heard = (reply: AcquireReply): void => {
    const { periods, clock } = this.#home;
    this.#isAsking = false;
    periods.answeredIn(clock.monotonic() - this.#askedAt);
    if (this.#isDone) return;
    this.#failure = undefined;
    this.#backoff?.reset();
    if (reply.kind === 'held') {
      this.#take(reply);
      return;
    }
    if (this.#isClaiming) periods.missed();
    this.#home.onOccupied(this, reply);
    this.#await();
    if (this.#isToAskAgain) this.ask();
  };

  readonly #failed = (error: unknown): void => {
    this.#isAsking = false;
    if (this.#isDone) return;
    const failure = toLockError(error, `the lock "${this.request.key}" could not be asked for`);
    if (failure.code === 'ERR_LOCK_CLOSED') {
      this.fail(failure);
      return;
    }
    // Once per outage: somebody who waits without end would not hear of it otherwise.
    if (this.#failure === undefined) this.#home.onError(failure);
    this.#failure = failure;
    this.#await();
    if (this.#isToAskAgain) this.ask();
    else this.#askLater();
  };

  #take(grant: Grant): void {
    const deadline = deadlineOf({ monotonic: grant.sentAt, wall: grant.sentAtWall }, grant.ttlMs);
    if (remainingOf(deadline, this.#home.clock) > 0) {
      if (this.#finish(true)) this.#resolve(grant);
      return;
    }
    // The answer took longer than the lease lasts. It is still ours for the asking, or somebody else's.
    this.#await();
    this.#askLater();
  }

  /** What to ask for when the lock should be ours. If it is too late, it is next again, and has more time then. */
  #claim(): AcquireRequest {
    const { request } = this;
    const { priority = 0, ttlMs, grantMs } = request;
    return { ...request, priority: priority + AHEAD, grantMs: Math.min(ttlMs, 2 * grantMs) };
  }

  #askLater(): void {
    const { clock, random } = this.#home;
    this.#backoff ??= createBackoff({ minMs: 20, maxMs: 500, random });
    this.#retry?.cancel();
    this.#retry = clock.setTimer(() => this.ask(), this.#backoff.next());
  }

  /** Most acquisitions are answered at once and need no timer. */
  #await(): void {
    if (this.#isDone || this.#timeout !== undefined || this.#until === Infinity) return;
    const { clock } = this.#home;
    this.#timeout = clock.setTimer(() => this.fail(this.#timeoutError()), Math.max(0, this.#until - clock.monotonic()));
  }

  #timeoutError(): LockError {
    const { key } = this.request;
    const within = `within ${Math.round(this.#bound.waitMs)} ms`;
    if (this.#failure === undefined) {
      return new LockError('ERR_LOCK_TIMEOUT', `the lock "${key}" was not acquired ${within}`, { key });
    }
    const message = `the lock "${key}" was not acquired ${within}: ${this.#failure.message}`;
    return new LockError('ERR_LOCK_UNAVAILABLE', message, { key, cause: this.#failure });
  }

  #finish(isGranted: boolean): boolean {
    if (this.#isDone) return false;
    this.#isDone = true;
    this.#timeout?.cancel();
    this.#retry?.cancel();
    this.#bound.signal?.removeEventListener('abort', this.#abort);
    this.#home.onDone(this, isGranted);
    return true;
  }
}
