import { type Clock, describeError, withDeadline } from '@lockstep/core';

import { RefreshError } from '../../refresh-error.ts';
import { isLive, type RedisLink } from './redis-link.ts';

/** What bounds the calls over one connection. */
export interface CallGateOptions {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** How many may be without an answer at once. */
  readonly maxInFlight: number;
}

/**
 * Keeps calls to Redis short and few: each has a deadline, at most so many are under way, and while Redis is away they
 * fail at once. Only before the very first connection they wait for it, within their deadline.
 */
export class CallGate {
  readonly #options: CallGateOptions;
  readonly #connected: Promise<void>;
  #wasConnected: boolean;
  #inFlight = 0;
  #isClosed = false;

  constructor(options: CallGateOptions) {
    this.#options = options;
    this.#wasConnected = isLive(options.link);
    this.#connected = new Promise((resolve) => {
      options.link.on('ready', () => {
        this.#wasConnected = true;
        resolve();
      });
    });
  }

  /** @throws RefreshError ERR_REFRESH_CLOSED, or the reason of the signal */
  check(signal?: AbortSignal): void {
    signal?.throwIfAborted();
    if (this.#isClosed) throw new RefreshError('ERR_REFRESH_CLOSED', 'the queue is closed');
  }

  /**
   * Does that work. What has been sent when the time is up may still be carried out; it counts as under way until it
   * is answered or its connection is given up.
   */
  async run<T>(what: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.check(signal);
    const { link, clock, timeoutMs, maxInFlight } = this.#options;
    if (this.#wasConnected && !isLive(link)) throw refusal(what, 'Redis is away');
    if (this.#inFlight >= maxInFlight) throw refusal(what, `${maxInFlight} calls are without an answer`);
    let isOver = false;
    try {
      return await withDeadline(
        this.#count(what, work, () => isOver),
        { ms: timeoutMs, signal, clock, onTimeout: () => refusal(what, `no answer within ${timeoutMs} ms`) },
      );
    } finally {
      isOver = true;
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  async #count<T>(what: string, work: () => Promise<T>, isOver: () => boolean): Promise<T> {
    this.#inFlight++;
    try {
      if (!this.#wasConnected) await this.#firstConnection();
      if (isOver()) throw refusal(what, 'given up');
      return await work();
    } catch (error) {
      if (error instanceof RefreshError) throw error;
      this.check();
      throw refusal(what, describeError(error), error);
    } finally {
      this.#inFlight--;
    }
  }

  /** Resolves in any case after the time for a call: what waits for a Redis that never comes must not pile up. */
  #firstConnection(): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    return withDeadline(this.#connected, { ms: timeoutMs, clock, onTimeout: () => new Error('Redis is away') });
  }
}

function refusal(what: string, why: string, cause?: unknown): RefreshError {
  return new RefreshError('ERR_REFRESH_QUEUE', `${what} failed: ${why}`, cause === undefined ? {} : { cause });
}
