import { type Backoff, type Clock, createBackoff, type Timer } from '@lockstep/core';

import { Connection } from './connection.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import { MemcacheError } from './memcache-error.ts';
import { describeAddress, type NodeAddress } from './node-address.ts';
import { QueueBudget } from './queue-budget.ts';
import type { Request } from './request.ts';

/** What a link is given; see MetaDriverOptions for the meaning of each. */
export interface NodeLinkOptions {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly maxQueueOps: number;
  readonly maxQueueBytes: number;
  readonly maxValueBytes: number;
  readonly random: () => number;
}

/** `down`: the last attempt to connect failed, and requests fail at once until one succeeds. */
type LinkState = 'idle' | 'connecting' | 'ready' | 'down' | 'closed';

/** The way to one node: connects with the first request, and again whenever the connection is lost. */
export class NodeLink {
  readonly #address: NodeAddress;
  readonly #options: NodeLinkOptions;
  readonly #backoff: Backoff;
  readonly #budget: QueueBudget;
  readonly #watch: DeadlineWatch;
  #state: LinkState = 'idle';
  #connection: Connection | undefined;
  #retryTimer: Timer | undefined;
  #lastError: MemcacheError | undefined;
  /** Requests that no connection has taken: they were never sent. */
  #waiting: Request[] = [];

  constructor(address: NodeAddress, options: NodeLinkOptions) {
    this.#address = address;
    this.#options = options;
    this.#backoff = createBackoff({ random: options.random });
    this.#budget = new QueueBudget(options);
    this.#watch = new DeadlineWatch(options.clock, () => this.#sweep());
  }

  /** False exactly while requests fail at once because the node cannot be reached. */
  get isUp(): boolean {
    return this.#state !== 'down' && this.#state !== 'closed';
  }

  /** Sends the request, or holds it until the connection is there. Failures reject the request. */
  send(request: Request): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      request.fail(refusal);
      return;
    }
    this.#budget.take(request);
    this.#watch.watch(Math.min(request.deadline, request.sentAt + this.#options.hardTimeoutMs));
    if (this.#state === 'ready') {
      this.#connection!.send(request);
      return;
    }
    this.#waiting.push(request);
    if (this.#state === 'idle') this.#connect();
  }

  /** Rejects what waits with ERR_MEMCACHE_CLOSED. Resolves when the socket is closed. Idempotent. */
  async close(): Promise<void> {
    const connection = this.#connection;
    const error = this.#error('ERR_MEMCACHE_CLOSED', 'the driver was closed');
    this.#state = 'closed';
    this.#retryTimer?.cancel();
    this.#watch.stop();
    this.#rejectWaiting(error);
    await connection?.close(error);
  }

  #refusal(): MemcacheError | undefined {
    if (this.#state === 'closed') return this.#error('ERR_MEMCACHE_CLOSED', 'the driver is closed');
    if (this.#state === 'down') return this.#error('ERR_MEMCACHE_NODE_DOWN', 'cannot be reached', this.#lastError);
    if (this.#budget.isFull) return this.#error('ERR_MEMCACHE_OVERLOADED', 'too much waits for its answers');
    return undefined;
  }

  #connect(): void {
    const { clock, connectTimeoutMs, hardTimeoutMs, maxValueBytes } = this.#options;
    this.#connection = Connection.open({
      address: this.#address,
      clock,
      connectTimeoutMs,
      hardTimeoutMs,
      maxValueBytes,
      onReady: () => this.#becomeReady(),
      onReleased: (request) => this.#budget.release(request),
      onLost: (error) => this.#lose(error),
    });
    if (this.#state === 'idle' || this.#state === 'ready') this.#state = 'connecting';
  }

  #becomeReady(): void {
    this.#state = 'ready';
    this.#lastError = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    const now = this.#options.clock.monotonic();
    for (const request of waiting) {
      request.sentAt = now;
      // What the caller has given up must not be carried out any more.
      if (request.isSettled) this.#budget.release(request);
      else this.#connection!.send(request);
    }
    if (waiting.length > 0) this.#watch.watch(now + this.#options.hardTimeoutMs);
  }

  #lose(error: MemcacheError): void {
    if (this.#state === 'closed') return;
    this.#lastError = error;
    // A connection that worked is replaced at once, and requests may wait for that. One that never
    // answered a request is a failure: otherwise a server that accepts and hangs up keeps us spinning.
    if (this.#state === 'ready' && this.#connection!.answered > 0) {
      this.#backoff.reset();
      this.#connect();
      return;
    }
    this.#state = 'down';
    this.#rejectWaiting(this.#error('ERR_MEMCACHE_NODE_DOWN', 'cannot be reached', error));
    this.#retryTimer = this.#options.clock.setTimer(() => this.#connect(), this.#backoff.next());
  }

  #rejectWaiting(error: MemcacheError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const request of waiting) {
      this.#budget.release(request);
      request.fail(error);
    }
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic();
    let nextAt = this.#state === 'ready' ? this.#connection!.sweep(now) : Infinity;
    for (const request of this.#waiting) {
      if (request.deadline > now) nextAt = Math.min(nextAt, request.deadline);
      else request.fail(this.#error('ERR_MEMCACHE_TIMEOUT', 'no connection in time'));
    }
    this.#waiting = this.#waiting.filter((request) => {
      if (request.isSettled) this.#budget.release(request);
      return !request.isSettled;
    });
    if (nextAt < Infinity && this.#state !== 'closed') this.#watch.watch(nextAt);
  }

  #error(code: MemcacheError['code'], reason: string, cause?: MemcacheError): MemcacheError {
    const because = cause === undefined ? '' : ` (${cause.message})`;
    return new MemcacheError(code, `${describeAddress(this.#address)}: ${reason}${because}`, { cause });
  }
}
