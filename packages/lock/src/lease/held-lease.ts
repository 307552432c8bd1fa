import type { Clock } from '@lockstep/core';

import type { Grant } from '../driver/lock-driver.ts';
import { LockError } from '../lock-error.ts';
import { createExactSignal, type ExactSignal } from './exact-signal.ts';
import { deadlineOf, remainingOf } from './lease-deadline.ts';
import type { Lease } from './lease.ts';
import type { Moment } from './moment.ts';

/** What a lease leaves to the others of its process. */
export interface LeaseHome {
  readonly clock: Clock;
  /** It has ended: by `release`, or because it is lost. Called once. */
  ended(lease: HeldLease, isLost: boolean): void;
  /** One attempt to give it back at the lock service; undefined: there was no answer. Never rejects. */
  giveBack(lease: HeldLease): Promise<'released' | 'lost' | undefined>;
  /** Further attempts, until it has run out. Never rejects. */
  keepGivingBack(lease: HeldLease): Promise<'released' | 'lost'>;
  /** Somebody wants to be told when it is lost. */
  watched(lease: HeldLease): void;
}

/** A lease of this process, and what its renewal needs to know. */
export class HeldLease implements Lease {
  readonly key: string;
  readonly owner: string;
  readonly token: number;
  readonly ttlMs: number;
  /** `clock.monotonic()` when it is to be renewed next. */
  renewAt: number;
  /** Whether a renewal is under way. */
  isRenewing = false;
  readonly isHeld: () => boolean = () => this.remainingMs() > 0;
  readonly remainingMs: () => number = () => this.#remaining();
  readonly assertHeld: () => void = () => {
    if (this.#remaining() === 0) throw this.#endError();
  };
  readonly release: () => Promise<'released' | 'lost'> = () => this.#releaseWholly();

  readonly #home: LeaseHome;
  #deadline: Moment;
  /** Why it is over. */
  #end: string | undefined;
  #error: LockError | undefined;
  #isLost = false;
  #stop: LockError | undefined;
  #signal: ExactSignal | undefined;
  #attempt: Promise<'released' | 'lost' | undefined> | undefined;
  #released: Promise<'released' | 'lost'> | undefined;

  constructor(home: LeaseHome, grant: Grant, ttlMs: number) {
    this.#home = home;
    this.key = grant.key;
    this.owner = grant.owner;
    this.token = grant.token;
    this.ttlMs = ttlMs;
    this.#deadline = deadlineOf({ monotonic: grant.sentAt, wall: grant.sentAtWall }, grant.ttlMs);
    this.renewAt = grant.sentAt + grant.ttlMs / 3;
  }

  // Most sections are short and never ask for it, and a controller costs more than all else here.
  get signal(): AbortSignal {
    if (this.#signal === undefined) {
      this.#signal = createExactSignal(() => {
        this.#remaining();
        return this.#end === undefined ? this.#stop : this.#endError();
      });
      this.#signal.look();
      this.#home.watched(this);
    }
    return this.#signal.signal;
  }

  /** Whether it is over, as far as was noticed. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Whether it is over because it was lost, and not given back. */
  get isLost(): boolean {
    this.#remaining();
    return this.#isLost;
  }

  /** For how many ms the lock service may still take it for held; negative when that is past. */
  get restMs(): number {
    return remainingOf(this.#deadline, this.#home.clock);
  }

  /** It was renewed by what was sent then. A lease that was given up does not come back. */
  renewed(sent: Moment): void {
    if (this.#end !== undefined) return;
    this.#deadline = deadlineOf(sent, this.ttlMs);
    this.renewAt = sent.monotonic + this.ttlMs / 3;
  }

  /** It is not ours any more. */
  lose(why: string): void {
    this.#finish(why, true);
  }

  /** Asks whoever works under it to stop. It stays held meanwhile. */
  stop(reason: LockError): void {
    this.#stop ??= reason;
    this.#signal?.look();
  }

  /** Gives it back by one attempt, and goes on in the background. Never rejects; undefined: it goes on. */
  giveBack(): Promise<'released' | 'lost' | undefined> {
    if (this.#attempt !== undefined) return this.#attempt;
    this.#remaining();
    if (this.#end === undefined) {
      this.#finish('was given back', false);
    }
    return (this.#attempt = this.#giveBack());
  }

  /** What it locks, as a section tells it. */
  get keys(): readonly string[] {
    return [this.key];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  #remaining(): number {
    if (this.#end !== undefined) return 0;
    const { restMs } = this;
    if (restMs > 0) return restMs;
    this.lose('ran out before it was renewed');
    return 0;
  }

  async #releaseWholly(): Promise<'released' | 'lost'> {
    return (await this.giveBack()) ?? this.#released!;
  }

  async #giveBack(): Promise<'released' | 'lost' | undefined> {
    const outcome = await this.#home.giveBack(this);
    if (outcome === undefined) this.#released = this.#home.keepGivingBack(this);
    return outcome;
  }

  /** Made when somebody wants it: most leases end without. */
  #endError(): LockError {
    return (this.#error ??= new LockError('ERR_LOCK_LOST', `the lease on "${this.key}" ${this.#end}`, this));
  }

  #finish(end: string, isLost: boolean): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#isLost = isLost;
    this.#home.ended(this, isLost);
    this.#signal?.look();
  }
}
