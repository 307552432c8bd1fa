import { TurnoverMap } from '@lockstep/core';

import type { AcquireRequest, Grant, LockDriver, Occupied } from '../driver/lock-driver.ts';
import { LockError } from '../lock-error.ts';
import { GrantPeriod } from './grant-period.ts';
import { type Leaver, Orphans } from './orphans.ts';
import { type WaitBound, Waiter, type WaiterHome } from './waiter.ts';
import { WaitingLine } from './waiting-line.ts';

/** What the waiters of a process are kept with. */
export interface WaiterTableOptions extends Pick<WaiterHome, 'clock' | 'random' | 'timeoutMs' | 'onError'> {
  readonly driver: Pick<LockDriver, 'acquire' | 'cancel' | 'setWaiting'>;
  readonly maxWaiting: number;
}

/** All acquisitions of a process that are under way. */
export class WaiterTable implements WaiterHome {
  readonly driver: WaiterTableOptions['driver'];
  readonly clock: WaiterHome['clock'];
  readonly random: WaiterHome['random'];
  readonly timeoutMs: number;
  readonly maxWaiting: number;
  readonly onError: WaiterHome['onError'];
  readonly periods: GrantPeriod = new GrantPeriod();
  readonly #waiters = new TurnoverMap<string, Waiter>();
  readonly #lines = new TurnoverMap<string, WaitingLine>();
  readonly #orphans = new Orphans();
  readonly #leaving = new Set<Promise<void>>();
  readonly #inLine = new TurnoverMap<string, true>();

  constructor({ driver, clock, random, timeoutMs, maxWaiting, onError }: WaiterTableOptions) {
    this.driver = driver;
    this.clock = clock;
    this.random = random;
    this.timeoutMs = timeoutMs;
    this.maxWaiting = maxWaiting;
    this.onError = onError;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /**
   * The grant, once there is one.
   *
   * @throws LockError ERR_LOCK_TIMEOUT, ERR_LOCK_UNAVAILABLE, ERR_LOCK_CLOSED, and the signal's reason.
   */
  wait(request: AcquireRequest, bound: WaitBound): Promise<Grant> {
    if (this.#waiters.size >= this.maxWaiting) {
      const { key } = request;
      const message = `the lock "${key}" was not asked for: ${this.#waiters.size} acquisitions are under way`;
      return Promise.reject(new LockError('ERR_LOCK_UNAVAILABLE', message, { key }));
    }
    if (bound.signal?.aborted === true) return Promise.reject(bound.signal.reason);
    return new Promise<Grant>((resolve, reject) => {
      const waiter = new Waiter(this, request, bound, resolve, reject);
      // Before it asks: the push may come before the answer is read.
      this.#waiters.set(request.owner, waiter);
      waiter.ask();
    });
  }

  /** A push says that this owner has the lock. False when no such owner waits here. */
  told(owner: string): boolean {
    const waiter = this.#waiters.get(owner);
    waiter?.granted();
    if (waiter === undefined) this.#sendAway(owner);
    return waiter !== undefined;
  }

  /** A push says that this owner may find the lock free, or that he has not got it after all. */
  woken(owner: string): void {
    const waiter = this.#waiters.get(owner);
    waiter?.ask();
    if (waiter === undefined) this.#sendAway(owner);
  }

  /** Pushes may have been missed. */
  askAll(): void {
    for (const waiter of this.#waiters.values()) waiter.ask();
    for (const orphan of this.#orphans.takeAll()) this.leaveLine(orphan);
  }

  /** Gives up all of them. */
  failAll(reason: () => LockError): void {
    for (const waiter of this.#waiters.values()) waiter.fail(reason());
  }

  /** Resolves when the lock service has been told of all that gave up, or could not be. Never rejects. */
  async left(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  /** Tells the lock service that an owner does not want the lock, whether he has it or stands in line. */
  leaveLine(leaver: Leaver): void {
    const { key, owner, ttlMs } = leaver;
    const timeoutMs = Math.min(this.timeoutMs, ttlMs / 3);
    const leaving = this.driver.cancel(key, owner, { timeoutMs }).catch(() => this.#orphans.add(leaver));
    this.#leaving.add(leaving);
    void leaving.then(() => this.#leaving.delete(leaving));
  }

  onOccupied(waiter: Waiter, reply: Occupied): void {
    const { key } = waiter.request;
    let line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, (line = new WaitingLine(this)));
    line.occupied(waiter, reply);
    if (this.#inLine.has(waiter.request.owner)) return;
    this.#inLine.set(waiter.request.owner, true);
    this.driver.setWaiting(this.#inLine.size);
  }

  onDone(waiter: Waiter, isGranted: boolean): void {
    const { key, owner } = waiter.request;
    this.#waiters.delete(owner);
    const line = this.#lines.get(key);
    line?.leave(waiter);
    if (line?.size === 0) this.#lines.delete(key);
    if (this.#inLine.delete(owner)) this.driver.setWaiting(this.#inLine.size);
    if (!isGranted) this.leaveLine(waiter.request);
  }

  #sendAway(owner: string): void {
    const orphan = this.#orphans.take(owner);
    if (orphan !== undefined) this.leaveLine(orphan);
  }
}
