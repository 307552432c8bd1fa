import type { Clock, Timer } from '@lockstep/core';

import { createExactSignal, type ExactSignal } from '../lease/exact-signal.ts';
import type { Lease } from '../lease/lease.ts';
import { LockError } from '../lock-error.ts';
import type { CheckedElectOptions } from './elect-options.ts';
import type { Leadership, RevokeReason } from './election.ts';

/** What a leadership is made of. */
export interface HeldLeadershipOptions {
  readonly election: CheckedElectOptions;
  readonly lease: Lease;
  readonly term: number;
  readonly clock: Clock;
  /** It is over. Called once, before those who listen to the signal. */
  readonly onStop: (reason: RevokeReason) => void;
}

/** The leadership of this process: over for good when it is over once, though the lease be renewed after that. */
export class HeldLeadership implements Leadership {
  readonly name: string;
  readonly id: string;
  readonly host: string;
  readonly metadata: string | undefined;
  readonly term: number;
  readonly token: number;
  readonly signal: AbortSignal;
  readonly isLeader: () => boolean = () => this.remainingMs() > 0;
  readonly remainingMs: () => number = () => (this.#look() === undefined ? this.#restMs : 0);
  readonly assertHeld: () => void = () => {
    const error = this.#look();
    if (error !== undefined) throw error;
  };

  readonly #options: HeldLeadershipOptions;
  readonly #exact: ExactSignal;
  #error: LockError | undefined;
  #timer: Timer | undefined;

  constructor(options: HeldLeadershipOptions) {
    const { election, lease, term } = options;
    this.#options = options;
    this.name = election.name;
    this.id = election.id;
    this.host = election.host;
    this.metadata = election.metadata;
    this.term = term;
    this.token = lease.token;
    this.#exact = createExactSignal(() => this.#look());
    this.signal = this.#exact.signal;
  }

  /** Watches over it from now on. */
  begin(): void {
    this.#options.lease.signal.addEventListener('abort', this.#lookAgain);
    this.#lookAgain();
  }

  /** Ends it, if it has not ended. */
  stop(reason: RevokeReason, error: LockError): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#timer?.cancel();
    this.#options.lease.signal.removeEventListener('abort', this.#lookAgain);
    this.#options.onStop(reason);
    this.#exact.look();
  }

  get #restMs(): number {
    const { lease, election } = this.#options;
    return Math.max(0, lease.remainingMs() - election.stopMarginMs);
  }

  readonly #lookAgain = (): void => {
    if (this.#look() !== undefined) return;
    this.#timer?.cancel();
    // The lease is renewed long before: then there is only more time left.
    this.#timer = this.#options.clock.setTimer(this.#lookAgain, Math.ceil(this.#restMs));
  };

  #look(): LockError | undefined {
    if (this.#error !== undefined) return this.#error;
    const { signal } = this.#options.lease;
    if (signal.aborted) {
      this.stop('lost', signal.reason as LockError);
    } else if (this.#restMs === 0) {
      const message = `the lease of the leader of "${this.name}" was not renewed in time`;
      this.stop('lost', new LockError('ERR_LOCK_LOST', message, { key: this.name, token: this.token }));
    }
    return this.#error;
  }
}
