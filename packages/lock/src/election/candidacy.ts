import { type Backoff, createBackoff, sleep, toError } from '@lockstep/core';

import type { Lease } from '../lease/lease.ts';
import { LockError } from '../lock-error.ts';
import { toLockError } from '../to-lock-error.ts';
import type { CheckedElectOptions } from './elect-options.ts';
import type { ElectionDoor } from './election-door.ts';
import type { ElectionEar } from './election-events.ts';
import type { Leadership, RevokeReason } from './election.ts';
import { HeldLeadership } from './held-leadership.ts';
import { writeRecord } from './leader-record.ts';

/** Stands in an election again and again, one leadership and one work at a time. */
export class Candidacy {
  readonly #options: CheckedElectOptions;
  readonly #door: ElectionDoor;
  readonly #ear: ElectionEar;
  readonly #onReleased: () => void;
  readonly #backoff: Backoff;
  /** Aborts when it stands no more. */
  readonly #ending = new AbortController();
  #leadership: HeldLeadership | undefined;
  /** Settles when the work of the last leadership is over and its lease given back. */
  #term: Promise<void> = Promise.resolve();
  /** `resign` was called before the work began. */
  #isToResign = false;

  /** `onReleased`: it led, and others may lead now. */
  constructor(options: CheckedElectOptions, door: ElectionDoor, ear: ElectionEar, onReleased: () => void) {
    this.#options = options;
    this.#door = door;
    this.#ear = ear;
    this.#onReleased = onReleased;
    this.#backoff = createBackoff({ ...options.backoff, random: door.random });
  }

  get leadership(): HeldLeadership | undefined {
    return this.#leadership;
  }

  /** Whether it stands no more. */
  get isEnding(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Stands until it is ended. Never rejects. */
  async run(work: (leadership: Leadership) => unknown): Promise<void> {
    while (!this.isEnding) {
      const lease = await this.#acquire();
      if (lease === undefined) continue;
      const term = this.#lead(lease, work);
      this.#term = term.then(() => undefined);
      await this.#pause(await term);
    }
  }

  /** Ends the leadership, if there is one, and resolves when its work is over and others may lead. Never rejects. */
  stepDown(reason: RevokeReason, error: LockError): Promise<void> {
    this.#isToResign = true;
    this.#leadership?.stop(reason, error);
    return this.#term;
  }

  /** Stands no more. */
  end(error: LockError): void {
    this.#ending.abort(error);
    this.#leadership?.stop('closed', error);
  }

  async #acquire(): Promise<Lease | undefined> {
    const { key, ttlMs, priority, lease } = this.#options;
    const { signal } = this.#ending;
    try {
      const metadata = writeRecord(this.#options);
      return await this.#door.acquire(key, {
        ...lease,
        ttlMs,
        priority,
        metadata,
        waitMs: Infinity,
        fair: true,
        signal,
      });
    } catch (error) {
      if (this.isEnding) return undefined;
      const failure = toLockError(error, `the election "${this.#options.name}" could not be entered`);
      if (failure.code === 'ERR_LOCK_CLOSED') {
        this.end(failure);
        return undefined;
      }
      this.#ear.tell('error', failure);
      await this.#pause(this.#backoff.next());
      return undefined;
    }
  }

  /** Leads once. Returns for how long to stand back after it, in ms. Never rejects. */
  async #lead(lease: Lease, work: (leadership: Leadership) => unknown): Promise<number> {
    this.#isToResign = false;
    const term = await this.#door.countTerm(lease);
    if (term === undefined || this.isEnding || this.#isToResign) {
      await lease.release();
      return this.#backoff.next();
    }
    const ended = await this.#work(lease, term, work);
    await lease.release();
    this.#onReleased();
    if (ended === 'failed') return this.#backoff.next();
    this.#backoff.reset();
    return ended === 'lost' ? 0 : this.#options.backoff.minMs;
  }

  /** Lets it work, and tells why it ended once it has. Never rejects. */
  async #work(lease: Lease, term: number, work: (leadership: Leadership) => unknown): Promise<RevokeReason> {
    const { clock } = this.#door;
    let ended: RevokeReason | undefined;
    const onStop = (reason: RevokeReason): void => {
      ended = reason;
      this.#ear.tell('revoked', leadership, reason);
    };
    const leadership = new HeldLeadership({ election: this.#options, lease, term, clock, onStop });
    this.#leadership = leadership;
    this.#ear.tell('elected', leadership);
    leadership.begin();
    const { name } = this.#options;
    try {
      if (ended === undefined) await work(leadership);
      leadership.stop('done', new LockError('ERR_LOCK_RESIGNED', `the work of the leader of "${name}" has ended`));
    } catch (error) {
      const cause = toError(error);
      if (!isBecauseOf(cause, leadership.signal)) this.#ear.tell('error', cause);
      leadership.stop(
        'failed',
        new LockError('ERR_LOCK_RESIGNED', `the work of the leader of "${name}" failed`, { cause }),
      );
    }
    this.#leadership = undefined;
    return ended!;
  }

  async #pause(ms: number): Promise<void> {
    const { signal } = this.#ending;
    await sleep(ms, { signal, clock: this.#door.clock }).catch(() => undefined);
  }
}

/** Whether work that was told to stop only said so: by the signal's reason, or by an AbortError as Node makes it of it. */
function isBecauseOf(error: Error, signal: AbortSignal): boolean {
  return signal.aborted && (error === signal.reason || error.cause === signal.reason);
}
