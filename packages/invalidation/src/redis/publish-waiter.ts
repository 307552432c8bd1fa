import type { Clock, Timer } from '@lockstep/core';

import type { PublishOptions } from '../invalidation-log.ts';
import type { ShardPosition } from '../position.ts';
import type { PublishRequest } from '../publish-request.ts';
import { timeoutError, toInvalidationError } from './redis-failure.ts';

/** Where the log stood after a publish, by shard. */
export type Landed = ReadonlyMap<number, ShardPosition>;

/** How the wait of a publish ends: once, one way or the other. */
export interface WaitOutcome {
  landed(waiter: PublishWaiter, at: Landed): void;
  failed(waiter: PublishWaiter, error: unknown): void;
}

/**
 * One publish on its way. It makes no promise beside that of its caller: each would show in how soon an entry is heard,
 * for followers often wait for the processor that the publisher uses.
 */
export class PublishWaiter {
  readonly request: PublishRequest;
  /** As it was when it was published: its caller may use the options again. */
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly isAwaited: boolean;
  readonly resolve: (position: string | Promise<string>) => void;
  readonly reject: (error: unknown) => void;
  /** On the monotonic clock, where it waits for everybody. */
  startedAt = 0;
  readonly #outcome: WaitOutcome;
  readonly #landed = new Map<number, ShardPosition>();
  #shards = 0;
  #isOver = false;
  #timer: Timer | undefined;
  #isListening = false;

  constructor(
    request: PublishRequest,
    options: PublishOptions,
    outcome: WaitOutcome,
    { resolve, reject }: Pick<PublishWaiter, 'resolve' | 'reject'>,
  ) {
    this.request = request;
    this.signal = options.signal;
    this.timeoutMs = options.timeoutMs;
    this.isAwaited = options.everywhere === true;
    this.resolve = resolve;
    this.reject = reject;
    this.#outcome = outcome;
  }

  /** Whether nobody waits any more: then it need not be sent. Its caller is told. */
  isGivenUp(): boolean {
    if (this.signal?.aborted === true) this.handleEvent();
    return this.#isOver;
  }

  /** It goes to one more shard. */
  expect(): void {
    this.#shards++;
  }

  /** Begins to wait, once it was sent: what comes before that delays it. */
  start(clock: Clock, defaultTimeoutMs: number): void {
    if (this.#isOver) return;
    const { signal } = this;
    const timeoutMs = this.timeoutMs ?? defaultTimeoutMs;
    try {
      if (this.isAwaited) this.startedAt = clock.monotonic();
      this.#timer = clock.setTimer(() => this.#fail(timeoutError(timeoutMs)), timeoutMs);
      signal?.addEventListener('abort', this, { once: true });
      this.#isListening = true;
    } catch (error) {
      // A mistake of one caller must not be the end of those whose publishes were sent along.
      this.#fail(error);
    }
  }

  /** A shard has it. */
  land(shard: number, at: ShardPosition): void {
    this.#landed.set(shard, at);
    if (this.#landed.size < this.#shards || this.#isOver) return;
    this.#end();
    this.#outcome.landed(this, this.#landed);
  }

  /** A shard does not have it, or nobody knows. */
  fail(cause: unknown): void {
    this.#fail(toInvalidationError(cause, 'the invalidation log did not take it'));
  }

  /** The signal was aborted. Its reason is the caller's own. */
  handleEvent(): void {
    this.#fail(this.signal?.reason);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end();
    this.#outcome.failed(this, error);
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    if (this.#isListening) this.signal?.removeEventListener('abort', this);
  }
}
