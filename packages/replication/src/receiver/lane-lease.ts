import { type Clock, createBackoff, sleep, type Timer } from '@lockstep/core';

import type { LaneName } from '../operation/lane-keys.ts';
import type { LaneStore } from './lane-store.ts';

/** What a lease needs. */
export interface LaneLeaseOptions {
  readonly store: LaneStore;
  readonly lane: LaneName;
  readonly holder: string;
  /** What the lane was given out with. */
  readonly token: number;
  readonly leaseMs: number;
  readonly clock: Clock;
  /** Monotonic moment before the lane was asked for: the lease ends `leaseMs` after it at the earliest. */
  readonly askedAt: number;
}

/** A Redis that was away is asked again so soon, for as long as the lease has not ended. */
const MAX_ASK_MS = 200;

/** The right to apply one batch of a lane, renewed until it is let go. */
export class LaneLease {
  readonly #options: LaneLeaseOptions;
  #validUntil: number;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(options: LaneLeaseOptions) {
    this.#options = options;
    this.#validUntil = options.askedAt + options.leaseMs;
    this.#arm();
  }

  /** Whether nobody else can have taken the lane over yet. Ask before each effect. */
  get isValid(): boolean {
    return this.#options.clock.monotonic() < this.#validUntil;
  }

  /** Stops renewing. */
  stop(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  /**
   * Stops renewing and lets the lane go, as often as it takes while nobody else can have taken it over. Gives false when
   * another batch may have been begun meanwhile; one whose commit was not answered and made nevertheless is none. Never
   * rejects.
   */
  async release(onFailure: () => void): Promise<boolean> {
    const { store, lane, holder, token, clock } = this.#options;
    this.stop();
    const backoff = createBackoff({ maxMs: MAX_ASK_MS });
    for (;;) {
      try {
        return await store.release(lane, holder, token);
      } catch {
        onFailure();
      }
      if (!this.isValid) return false;
      await sleep(backoff.next(), { clock });
    }
  }

  #arm(): void {
    if (this.#isOver) return;
    const { clock, leaseMs } = this.#options;
    this.#timer = clock.setTimer(() => void this.#renew(), leaseMs / 3);
  }

  async #renew(): Promise<void> {
    const { store, lane, holder, leaseMs, clock } = this.#options;
    const asked = clock.monotonic();
    try {
      const isHeld = await store.renew(lane, holder);
      // Once lost it stays lost: another may have applied something meanwhile.
      if (isHeld && this.isValid) this.#validUntil = asked + leaseMs;
    } catch {
      // It goes on until its time is up; the next renewal, or the commit, says more.
    }
    this.#arm();
  }
}
