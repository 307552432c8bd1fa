import { type Backoff, type Clock, createBackoff, describeError, type Timer } from '@lockstep/core';
import type { RingNode } from '@lockstep/hashring';

import type { CallTracker } from '../driver/direct-calls.ts';
import type { Key, MemcacheDriver } from '../driver/driver.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import { DirtyKeys } from './dirty-keys.ts';
import { isNodeError } from './node-error.ts';
import type { Cleared } from './pool-event.ts';

/** Until the next look at a driver that refuses calls without sending them. */
const idleProbeMs = 100;

/** What a member is given. */
export interface MemberOptions {
  readonly address: string;
  readonly driver: MemcacheDriver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly downAfterTimeouts: number;
  readonly maxRemembered: number;
  /** True when a read that its fault fails is a miss. */
  readonly missOnFault: boolean;
  /** Makes the old values of a node that answers again harmless. `round` counts from 0 within one return. */
  readonly clear: (member: Member, round: number) => Promise<Cleared>;
  /** False when `clear` is to be called again before the node serves. */
  readonly isClear: (member: Member) => boolean;
  readonly onDown: (member: Member, error: unknown) => void;
  readonly onUp: (member: Member, cleared: Cleared, downMs: number) => void;
}

/**
 * A node of a pool with its driver, and whether calls may go to it. It is taken out by consecutive
 * timeouts, or because the driver cannot reach it, and comes back when a probe has succeeded and
 * its old values are cleared: until then nothing reads from it, even where the driver is connected.
 */
export class Member {
  readonly address: string;
  readonly driver: MemcacheDriver;
  /** As the current ring describes it. */
  node: RingNode;
  /** What may be old on the node when it comes back. */
  readonly dirty: DirtyKeys;
  readonly #options: MemberOptions;
  readonly #backoff: Backoff;
  /** Keys whose removal failed while it was not yet certain that the node is down. */
  readonly #unconfirmed: DirtyKeys;
  /** For direct calls, each of which `began` goes with. */
  readonly readTracker: CallTracker;
  readonly writeTracker: CallTracker;
  readonly #onAnswer = (): void => this.#answered();
  readonly #onFailure = (error: unknown): void => this.#failed(error);
  #inFlight = 0;
  #timeouts = 0;
  #lastTimeoutAt = -Infinity;
  #isSuspect = false;
  #downSince: number | undefined;
  #mustFlush = false;
  #lastError: unknown;
  #probe: Timer | undefined;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor(node: RingNode, options: MemberOptions) {
    this.node = node;
    this.address = options.address;
    this.driver = options.driver;
    this.dirty = new DirtyKeys(options.maxRemembered);
    this.#unconfirmed = new DirtyKeys(options.maxRemembered);
    this.#options = options;
    this.#backoff = createBackoff({ random: options.random });
    const onFailure = (error: unknown): boolean => {
      this.#failed(error);
      return false;
    };
    const onReadFailure = (error: unknown): boolean => onFailure(error) || (options.missOnFault && isNodeError(error));
    this.readTracker = { onAnswer: this.#onAnswer, onFailure: onReadFailure };
    this.writeTracker = { onAnswer: this.#onAnswer, onFailure };
  }

  /** True when calls may go to it. Takes the node out when its driver no longer reaches it. */
  serves(): boolean {
    if (this.#downSince !== undefined) return this.#isClosed;
    if (this.driver.isUp || this.#isClosed) return true;
    this.#goDown(this.#lastError ?? new MemcacheError('ERR_MEMCACHE_NODE_DOWN', `${this.address}: cannot be reached`));
    return false;
  }

  /** True from the moment it was taken out until it serves again. */
  get isDown(): boolean {
    return this.#downSince !== undefined;
  }

  /** True when all of its values must go before it serves again. */
  get mustFlush(): boolean {
    return this.#mustFlush || this.dirty.isOverflown;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Counts a direct call, whose end one of the trackers hears of. */
  began(): void {
    this.#inFlight++;
  }

  /** Learns from how a call to the driver ends. Returns the same promise. */
  track<T>(call: Promise<T>): Promise<T> {
    this.#inFlight++;
    call.then(this.#onAnswer, this.#onFailure);
    return call;
  }

  /** Keeps in mind that a call which would have removed the value failed, where the node seems to go. */
  rememberFailure(key: Key, error: unknown): void {
    if (!isNodeError(error)) return;
    if (this.isDown) this.dirty.add(key);
    else if (this.#isSuspect) this.#unconfirmed.add(key);
  }

  /** Keeps in mind that a flush failed. */
  rememberFlush(): void {
    if (this.isDown) this.#mustFlush = true;
  }

  /** What a call gets that cannot be sent. */
  refusal(): MemcacheError {
    const reason = this.#lastError === undefined ? '' : ` (${describeError(this.#lastError)})`;
    const message = `${this.address}: is down, probes have yet to succeed${reason}`;
    return new MemcacheError('ERR_MEMCACHE_NODE_DOWN', message, { cause: this.#lastError });
  }

  /** Takes it out until it has dropped all that it holds. */
  quarantine(error: unknown): void {
    this.#mustFlush = true;
    if (this.#downSince === undefined) this.#goDown(error);
  }

  /** Resolves true when no call is in flight any more, false when that takes longer than `timeoutMs`. */
  idle(timeoutMs: number): Promise<boolean> {
    if (this.#inFlight === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimer(() => resolve(false), timeoutMs);
      this.#onIdle = () => {
        timer.cancel();
        resolve(true);
      };
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#probe?.cancel();
    await this.driver.close();
  }

  #answered(): void {
    this.#release();
    if (!this.#isSuspect) return;
    this.#isSuspect = false;
    this.#timeouts = 0;
    // Whoever's delete failed has been told; the node is well, and its values are as good as ever.
    this.#unconfirmed.clear();
  }

  #failed(error: unknown): void {
    this.#release();
    if (!isNodeError(error)) return;
    this.#isSuspect = true;
    this.#lastError = error;
    if ((error as MemcacheError).code !== 'ERR_MEMCACHE_TIMEOUT' || this.isDown || this.#isClosed) return;
    const now = this.#options.clock.monotonic();
    // Calls that expire together, as after a pause of this process, say no more than one of them does.
    if (now - this.#lastTimeoutAt < 1) return;
    this.#lastTimeoutAt = now;
    if (++this.#timeouts >= this.#options.downAfterTimeouts) this.#goDown(error);
  }

  #release(): void {
    if (--this.#inFlight === 0) this.#onIdle?.();
  }

  #goDown(error: unknown): void {
    this.#downSince = this.#options.clock.monotonic();
    this.#lastError = error;
    if (this.#unconfirmed.isOverflown) this.#mustFlush = true;
    for (const key of this.#unconfirmed.take()) this.dirty.add(key);
    this.#backoff.reset();
    this.#schedule(this.#backoff.next());
    this.#options.onDown(this, error);
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    // A failed probe is an outcome here and not an error: it leads to the next one.
    this.#probe = this.#options.clock.setTimer(() => void this.#tryReturn(), delayMs);
  }

  async #tryReturn(): Promise<void> {
    let cleared: Cleared = 'nothing';
    try {
      await this.driver.version();
      const { clear, isClear } = this.#options;
      for (let round = 0; round === 0 || (cleared !== 'flushed' && !isClear(this)); round++) {
        const now = await clear(this, round);
        if (now !== 'nothing') cleared = now;
      }
    } catch (error) {
      this.#lastError = error;
      const isRefused = error instanceof MemcacheError && error.code === 'ERR_MEMCACHE_NODE_DOWN';
      this.#schedule(isRefused ? idleProbeMs * (0.5 + this.#options.random() / 2) : this.#backoff.next());
      return;
    }
    if (this.#isClosed) return;
    this.#timeouts = 0;
    this.#isSuspect = false;
    this.#mustFlush = false;
    this.dirty.clear();
    this.#lastError = undefined;
    const downMs = this.#options.clock.monotonic() - (this.#downSince ?? 0);
    this.#downSince = undefined;
    this.#options.onUp(this, cleared, downMs);
  }
}
