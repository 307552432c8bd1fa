import type { Clock, Timer } from '@lockstep/core';

import { createExactSignal, type ExactSignal } from '../lease/exact-signal.ts';
import { deadlineOf, remainingOf } from '../lease/lease-deadline.ts';
import type { HeldLock } from '../lease/lease.ts';
import { type Moment, momentOf } from '../lease/moment.ts';
import { LockError } from '../lock-error.ts';
import { askQuorum } from './ask-quorum.ts';
import type { Claim, QuorumNode } from './quorum-node.ts';

/**
 * A lock that most of the nodes agree on. It has no fencing token: independent nodes cannot agree on one, so no resource
 * can tell a stale holder. Use it to save work, not to keep data right.
 */
export interface QuorumLease extends Omit<HeldLock, 'token'>, AsyncDisposable {
  /** Gives it back; `lost` when it was over before, or too few nodes confirmed in time. Idempotent; it never rejects. */
  readonly release: () => Promise<'released' | 'lost'>;
}

/** What a lease needs of its locks. */
export interface QuorumHome {
  readonly clock: Clock;
  readonly nodes: readonly QuorumNode[];
  readonly nodeTimeoutMs: (ttlMs: number) => number;
  ended(lease: HeldQuorumLease): void;
}

/** A held quorum lock and its renewal. */
export class HeldQuorumLease implements QuorumLease {
  readonly key: string;
  readonly owner: string;
  readonly isHeld: () => boolean = () => this.remainingMs() > 0;
  readonly remainingMs: () => number = () => this.#remaining();
  readonly assertHeld: () => void = () => {
    if (this.#remaining() === 0) throw this.#end!;
  };
  readonly release: () => Promise<'released' | 'lost'> = () => (this.#released ??= this.#release());

  readonly #home: QuorumHome;
  readonly #claim: Claim;
  readonly #signal: ExactSignal = createExactSignal(() => {
    this.#remaining();
    return this.#end;
  });
  #deadline: Moment;
  #end: LockError | undefined;
  #released: Promise<'released' | 'lost'> | undefined;
  #timer: Timer | undefined;

  /** `sent`: before the first question of the claim was sent. */
  constructor(home: QuorumHome, claim: Claim, sent: Moment) {
    this.#home = home;
    this.#claim = claim;
    this.key = claim.key;
    this.owner = claim.owner;
    this.#deadline = deadlineOf(sent, claim.ttlMs);
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }

  /** Renews it every third of its period from now on. */
  startRenewing(): void {
    this.#wakeIn(this.#claim.ttlMs / 3);
  }

  /** Ends it; whoever works under it hears why. */
  finish(reason: LockError): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#claim.isOver = true;
    this.#timer?.cancel();
    this.#home.ended(this);
    this.#signal.look();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  #remaining(): number {
    if (this.#end !== undefined) return 0;
    const restMs = remainingOf(this.#deadline, this.#home.clock);
    if (restMs > 0) return restMs;
    this.#lose('ran out before most nodes renewed it');
    return 0;
  }

  #lose(why: string): void {
    this.finish(new LockError('ERR_LOCK_LOST', `the lease on "${this.key}" ${why}`, { key: this.key }));
    // Most nodes have forgotten it; the others need not keep it until they do.
    void this.release();
  }

  #wakeIn(delayMs: number): void {
    this.#timer = this.#home.clock.setTimer(() => void this.#renew(), Math.min(delayMs, this.#remaining()));
  }

  async #renew(): Promise<void> {
    if (this.#remaining() === 0) return;
    const { ttlMs } = this.#claim;
    const sent = momentOf(this.#home.clock);
    // While they are asked no other timer stands for the deadline.
    const timeoutMs = Math.min(this.#home.nodeTimeoutMs(ttlMs), Math.max(1, this.#remaining()));
    const verdict = await askQuorum(this.#home.nodes.map((node) => node.take(this.#claim, timeoutMs)));
    if (this.#remaining() === 0) return;
    if (verdict === 'no') this.#lose('is with another owner on most nodes');
    else if (verdict === 'yes') this.#renewed(sent);
    else this.#wakeIn(ttlMs / 10);
  }

  #renewed(sent: Moment): void {
    this.#deadline = deadlineOf(sent, this.#claim.ttlMs);
    this.#wakeIn(this.#claim.ttlMs / 3);
  }

  async #release(): Promise<'released' | 'lost'> {
    const wasHeld = this.#remaining() > 0;
    // Losing it has asked already.
    if (!wasHeld && this.#released !== undefined) return this.#released;
    this.finish(new LockError('ERR_LOCK_LOST', `the lease on "${this.key}" was given back`, { key: this.key }));
    const timeoutMs = this.#home.nodeTimeoutMs(this.#claim.ttlMs);
    const verdict = await askQuorum(this.#home.nodes.map((node) => node.free(this.#claim, timeoutMs)));
    return wasHeld && verdict === 'yes' ? 'released' : 'lost';
  }
}
