import { withDeadline } from '@lockstep/core';

import { type AcquireOptions, checkKey, toRequest } from './acquire-options.ts';
import { hearsHolds, hearsWaits, outcomeOf, publishHold, publishWait } from './channels.ts';
import type { AcquireRequest, Grant, LockDriver, LockInfo } from './driver/lock-driver.ts';
import type { HeldLease } from './lease/held-lease.ts';
import { LeaseTable } from './lease/lease-table.ts';
import { LockError } from './lock-error.ts';
import type { CheckedLocksOptions } from './lock-options.ts';
import type { CloseOptions } from './locks.ts';
import { Reentrancy } from './reentrancy.ts';
import { toLockError } from './to-lock-error.ts';
import { WaiterTable } from './wait/waiter-table.ts';

/** What the locks of a process share: who waits, who holds, and what is heard from the lock service. */
export class LockRoom {
  readonly driver: LockDriver;
  readonly options: CheckedLocksOptions;
  readonly reentrancy: Reentrancy = new Reentrancy();
  readonly leases: LeaseTable;
  readonly waiters: WaiterTable;
  readonly #since = new WeakMap<HeldLease, number>();
  #sections = 0;
  #whenIdle: (() => void) | undefined;
  readonly #ear: { close(): Promise<void> };
  #closing: Promise<void> | undefined;

  constructor(options: CheckedLocksOptions, driver: LockDriver) {
    this.options = options;
    this.driver = driver;
    const { clock, random, onError, timeoutMs, maxWaiting } = options;
    const shared = { driver, clock, random, onError, timeoutMs };
    this.leases = new LeaseTable({ ...shared, onEnd: (lease, isLost) => this.#tellHold(lease, isLost) });
    this.waiters = new WaiterTable({ ...shared, maxWaiting });
    this.#ear = driver.listen({
      // A push that trails the answer finds nobody who waits, and means nothing.
      onGrant: ({ owner }) => void this.waiters.told(owner),
      onWake: (_key, owner) => this.waiters.woken(owner),
      onLost: (_key, owner) => {
        const lease = this.leases.get(owner);
        if (lease === undefined) this.waiters.woken(owner);
        else lease.lose('was lost at the lock service');
      },
      onReconnect: () => {
        this.waiters.askAll();
        this.leases.checkAll();
      },
    });
  }

  /** Waits for a lock. */
  async acquire(key: string, options: AcquireOptions = {}): Promise<HeldLease> {
    const request = this.request(key, options);
    const startedAt = hearsWaits() ? this.options.clock.monotonic() : undefined;
    const { waitMs = this.options.waitMs, signal } = options;
    try {
      const grant = await this.waiters.wait(request, { waitMs, signal });
      const lease = this.keep(grant, request.ttlMs);
      this.#tellWait(key, startedAt, 'ok');
      return lease;
    } catch (error) {
      this.#tellWait(key, startedAt, outcomeOf(error));
      throw error;
    }
  }

  /** Takes a lock that is free. */
  async tryAcquire(key: string, options: AcquireOptions = {}): Promise<HeldLease | undefined> {
    const request = this.request(key, options, true);
    const startedAt = hearsWaits() ? this.options.clock.monotonic() : undefined;
    try {
      const reply = await this.#ask(request, options.signal);
      this.#tellWait(key, startedAt, reply === undefined ? 'taken' : 'ok');
      return reply === undefined ? undefined : this.keep(reply, request.ttlMs);
    } catch (error) {
      // Whether it was given is not known.
      this.waiters.leaveLine(request);
      this.#tellWait(key, startedAt, outcomeOf(error));
      throw error;
    }
  }

  async inspect(key: string, signal: AbortSignal | undefined): Promise<LockInfo | undefined> {
    checkKey(key);
    this.assertOpen();
    const { timeoutMs } = this.options;
    return this.driver.inspect(key, { timeoutMs, signal });
  }

  /** @throws LockError ERR_LOCK_CLOSED */
  assertOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  /** What to ask for, if it may be asked for. */
  request(key: string, options: AcquireOptions, isTry = false): AcquireRequest {
    this.assertOpen();
    options.signal?.throwIfAborted();
    if (!isTry) this.reentrancy.check(key);
    const { periods } = this.waiters;
    return toRequest(this.options, { key, owner: this.driver.nextOwner(), periods }, options, isTry);
  }

  /** A lease from a grant. */
  keep(grant: Grant, ttlMs: number): HeldLease {
    const lease = this.leases.add(grant, ttlMs);
    if (hearsHolds()) this.#since.set(lease, this.options.clock.monotonic());
    if (this.#closing === undefined) return lease;
    void lease.release();
    throw closedError();
  }

  /** `close` waits for it. */
  sectionBegan(): void {
    this.#sections++;
  }

  sectionEnded(): void {
    this.#sections--;
    if (this.#sections === 0) this.#whenIdle?.();
  }

  close(options: CloseOptions = {}): Promise<void> {
    return (this.#closing ??= this.#close(options));
  }

  async #close({ drainMs = 5000 }: CloseOptions): Promise<void> {
    const { clock, onError } = this.options;
    this.waiters.failAll(closedError);
    this.leases.stopAll(closedError);
    const drained = Promise.all([this.#sectionsOver(), this.leases.idle()]);
    const onTimeout = (): Error => {
      const left = `${this.#sections} sections and ${this.leases.size} leases`;
      return new LockError('ERR_LOCK_CLOSED', `${left} were not over ${drainMs} ms after the locks were closed`);
    };
    await withDeadline(drained, { ms: drainMs, clock, onTimeout }).catch(onError);
    this.leases.close();
    await this.waiters.left();
    await this.#ear.close();
  }

  #sectionsOver(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      if (this.#sections === 0) resolve();
    });
  }

  async #ask(request: AcquireRequest, signal: AbortSignal | undefined): Promise<Grant | undefined> {
    const timeoutMs = Math.min(this.options.timeoutMs, request.ttlMs / 3);
    const reply = await this.driver.acquire(request, { timeoutMs, signal }).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw toLockError(error, `the lock "${request.key}" could not be asked for`);
    });
    return reply.kind === 'held' ? reply : undefined;
  }

  #tellWait(key: string, startedAt: number | undefined, outcome: string): void {
    if (startedAt === undefined) return;
    publishWait({ key, durationMs: this.options.clock.monotonic() - startedAt, outcome });
  }

  #tellHold(lease: HeldLease, isLost: boolean): void {
    const since = hearsHolds() ? this.#since.get(lease) : undefined;
    if (since === undefined) return;
    const { key, token } = lease;
    const durationMs = this.options.clock.monotonic() - since;
    publishHold({ key, token, durationMs, outcome: isLost ? 'lost' : 'released' });
  }
}

function closedError(): LockError {
  return new LockError('ERR_LOCK_CLOSED', 'the locks were closed');
}
