import { type Clock, type Timer, TurnoverMap } from '@lockstep/core';

import type { Grant, LockDriver } from '../driver/lock-driver.ts';
import { LockError } from '../lock-error.ts';
import { toLockError } from '../to-lock-error.ts';
import { giveBack, keepGivingBack } from './give-back.ts';
import { HeldLease } from './held-lease.ts';
import { momentOf } from './moment.ts';
import { planRenewals } from './renewal-plan.ts';

/** Keeps one script short. */
const MAX_PER_CALL = 500;
/** A renewal that failed is tried again this soon, or after a tenth of the period when that is sooner. */
const RETRY_MS = 250;

/** What the leases of a process are kept with. */
export interface LeaseTableOptions {
  readonly driver: LockDriver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutMs: number;
  readonly onError: (error: Error) => void;
  /** A lease has ended. */
  readonly onEnd: (lease: HeldLease, isLost: boolean) => void;
}

/** All leases of a process: one timer, and one call for all that are due. */
export class LeaseTable {
  readonly #options: LeaseTableOptions;
  readonly #leases = new TurnoverMap<string, HeldLease>();
  readonly #idle: (() => void)[] = [];
  #givingBack = 0;
  #timer: Timer | undefined;
  #timerAt = Infinity;
  #isStopped = false;

  constructor(options: LeaseTableOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get size(): number {
    return this.#leases.size;
  }

  /** Keeps what was granted, renewing it from now on. */
  add(grant: Grant, ttlMs: number): HeldLease {
    const lease = new HeldLease(this, grant, ttlMs);
    this.#leases.set(lease.owner, lease);
    this.#armFor(lease.renewAt);
    return lease;
  }

  get(owner: string): HeldLease | undefined {
    return this.#leases.get(owner);
  }

  /** Whether the deadlines can be relied on is not known: asks for all leases at once. */
  checkAll(): void {
    for (const lease of this.#leases.values()) lease.renewAt = Math.min(lease.renewAt, this.clock.monotonic());
    this.#look();
  }

  /** Asks whoever works under a lease to stop. */
  stopAll(reason: () => Parameters<HeldLease['stop']>[0]): void {
    for (const lease of this.#leases.values()) lease.stop(reason());
  }

  /** Resolves when none is held and none on its way back. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#settle();
    });
  }

  /** Renews nothing any more: what is held still runs out by itself. */
  close(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  ended(lease: HeldLease, isLost: boolean): void {
    this.#leases.delete(lease.owner);
    this.#options.onEnd(lease, isLost);
    this.#settle();
  }

  watched(lease: HeldLease): void {
    if (!lease.hasEnded) this.#armFor(this.clock.monotonic() + lease.restMs);
  }

  async giveBack(lease: HeldLease): Promise<'released' | 'lost' | undefined> {
    this.#givingBack++;
    if (lease.isLost) {
      // A renewal on its way may revive it there, with nobody left to work under it: so it is given back in any case.
      void giveBack(lease, this.#options).then(this.#gaveBack);
      return 'lost';
    }
    const outcome = await giveBack(lease, this.#options);
    if (outcome !== undefined) this.#gaveBack();
    return outcome;
  }

  async keepGivingBack(lease: HeldLease): Promise<'released' | 'lost'> {
    const outcome = await keepGivingBack(lease, this.#options);
    this.#gaveBack();
    return outcome;
  }

  readonly #gaveBack = (): void => {
    this.#givingBack--;
    this.#settle();
  };

  #settle(): void {
    if (this.#idle.length === 0 || this.#leases.size > 0 || this.#givingBack > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #armFor(at: number): void {
    // A timer that is armed for a lease that has gone costs less than one for each lease.
    if (at >= this.#timerAt || this.#isStopped || at === Infinity) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.clock.setTimer(() => this.#look(), Math.max(0, at - this.clock.monotonic()));
  }

  #look(): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timerAt = Infinity;
    const { lost, due, nextAt } = planRenewals(this.#leases.values(), this.clock.monotonic());
    for (let from = 0; from < due.length; from += MAX_PER_CALL) {
      void this.#renew(due.slice(from, from + MAX_PER_CALL));
    }
    for (const lease of lost) lease.lose('ran out before it was renewed');
    this.#armFor(nextAt);
  }

  /** The others of their call are as they were said to be: one master that is down is not all of them. */
  #notRenewed(leases: readonly HeldLease[], cause: LockError): void {
    this.#retryLater(leases);
    if (this.#isStopped) return;
    const [{ key }] = leases as [HeldLease];
    const others = leases.length === 1 ? '' : ` and ${leases.length - 1} more`;
    const message = `the lease on "${key}"${others} could not be renewed: ${cause.message}`;
    this.#options.onError(new LockError(cause.code, message, { key, cause }));
  }

  async #renew(leases: readonly HeldLease[]): Promise<void> {
    const { driver, timeoutMs } = this.#options;
    const sent = momentOf(this.clock);
    const shortestMs = Math.min(...leases.map(({ ttlMs }) => ttlMs));
    for (const lease of leases) lease.isRenewing = true;
    try {
      const states = await driver.renew(leases, { timeoutMs: Math.min(timeoutMs, shortestMs / 3) });
      const unknown: HeldLease[] = [];
      let failure: LockError | undefined;
      for (const [index, lease] of leases.entries()) {
        const state = states[index]!;
        if (state === 'held') {
          lease.renewed(sent);
        } else if (state === 'lost') {
          lease.lose('was lost at the lock service');
        } else {
          unknown.push(lease);
          failure ??= state;
        }
      }
      if (failure !== undefined) this.#notRenewed(unknown, failure);
    } catch (error) {
      this.#notRenewed(leases, toLockError(error, 'no answer'));
    } finally {
      for (const lease of leases) lease.isRenewing = false;
      for (const lease of leases) if (!lease.hasEnded) this.#armFor(lease.renewAt);
    }
  }

  #retryLater(leases: readonly HeldLease[]): void {
    const now = this.clock.monotonic();
    for (const lease of leases) {
      lease.renewAt = now + Math.min(RETRY_MS, lease.ttlMs / 10) * (0.5 + this.#options.random() / 2);
    }
  }
}
