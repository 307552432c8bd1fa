import { type Backoff, type Clock, createBackoff, describeError, type Timer } from '@lockstep/core';

import { MemcacheError } from '../driver/memcache-error.ts';
import { describeAddress, type NodeAddress } from '../driver/node-address.ts';
import { isOnKey } from '../protocol/command-facts.ts';
import { describeFeature, supports } from '../protocol/features.ts';
import { Connection } from './connection.ts';
import { DeadlineWatch } from './deadline-watch.ts';
import type { Outbox } from './outbox.ts';
import type { QueueBudget } from './queue-budget.ts';
import { RequestQueue } from './request-queue.ts';
import type { Request } from './request.ts';
import type { ResolvedTransportOptions } from './transport-options.ts';

/** What a lane is given; see MetaDriverOptions for the meaning of what is not explained here. */
export interface LaneOptions extends Pick<ResolvedTransportOptions, 'tls' | 'lookup' | 'flush'> {
  readonly address: NodeAddress;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly maxValueBytes: number;
  readonly random: () => number;
  /** Shared by the lanes of a node. A lane admits by it; `onReleased` gives back. */
  readonly budget: QueueBudget;
  /** Called once for each request that was admitted, when it is out of the lane. */
  readonly onReleased: (request: Request) => void;
  /** True when the request may be sent a second time after `error`. */
  readonly mayRetry: (request: Request, error: MemcacheError) => boolean;
  /** Called with each connection that can be used, also when it replaces another one. */
  readonly onUp: () => void;
  /** Called with each connection that could not be made. */
  readonly onDown: (error: MemcacheError) => void;
  /** Called when a connection is lost or could not be made, before anything else learns of it. */
  readonly onLost: () => void;
  /** Takes what waits when no connection can be made, in its order. Without it, all of that is rejected. */
  readonly onStranded?: (requests: readonly Request[]) => void;
}

/** `down`: the last attempt to connect failed, and requests fail at once until one succeeds. */
type LaneState = 'idle' | 'connecting' | 'ready' | 'down' | 'closed';

/** One FIFO to a node: connects with the first request, and again whenever the connection is lost. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #backoff: Backoff;
  readonly #watch: DeadlineWatch;
  #state: LaneState = 'idle';
  #isHeld = false;
  #connection: Connection | undefined;
  #retryTimer: Timer | undefined;
  #lastError: MemcacheError | undefined;
  #serverVersion: string | undefined;
  /** Requests that no connection has taken. */
  #waiting: Request[] = [];

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#backoff = createBackoff({ random: options.random });
    this.#watch = new DeadlineWatch(options.clock, () => this.#sweep());
  }

  /** False exactly while requests fail at once because the node cannot be reached. */
  get isUp(): boolean {
    return this.#state !== 'down' && this.#state !== 'closed';
  }

  /** True between `hold` and `resume`. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** What the server answered to `version` on the latest connection. */
  get serverVersion(): string | undefined {
    return this.#serverVersion;
  }

  /**
   * Sends the request, or keeps it until the connection is there. Failures reject the request.
   *
   * @returns false when the request was not admitted, which rejects it too, and `onReleased` will not be called.
   */
  send(request: Request): boolean {
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      request.fail(refusal);
      return false;
    }
    const { budget, hardTimeoutMs, onReleased } = this.#options;
    budget.take(request);
    this.#watch.watch(Math.min(request.deadline, request.sentAt + hardTimeoutMs));
    if (this.#state !== 'ready' || this.#isHeld) {
      this.#waiting.push(request);
      if (this.#state === 'idle') this.#connect();
    } else if (this.#knows(request)) this.#connection!.send(request);
    else onReleased(request);
    return true;
  }

  /** Where to write what is sent now, with `follow` after it. Undefined while nothing can be. */
  get outbox(): Outbox | undefined {
    return this.#state === 'ready' && !this.#isHeld && !this.#options.budget.isFull
      ? this.#connection!.outbox
      : undefined;
  }

  /** Takes a request whose command is in the outbox. */
  follow(request: Request): void {
    const { budget, hardTimeoutMs } = this.#options;
    budget.take(request);
    this.#watch.watch(Math.min(request.deadline, request.sentAt + hardTimeoutMs));
    this.#connection!.follow(request);
  }

  /** Sends requests that another lane has admitted and cannot send, before all that this lane holds. */
  adopt(requests: readonly Request[]): void {
    if (this.#state === 'ready') {
      this.#sendAll(requests);
      return;
    }
    this.#waiting = [...requests, ...this.#waiting];
    for (const { deadline } of requests) this.#watch.watch(deadline);
    if (!this.isUp) this.#rejectWaiting(this.#unreachable());
    else if (this.#state === 'idle') this.#connect();
  }

  /** Keeps requests from now on, in their order, until `resume`. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Sends what was held. */
  resume(): void {
    this.#isHeld = false;
    if (this.#state === 'ready') this.#sendWaiting();
  }

  /** True when a request on that key is in the lane, or one on several keys that may be about it. */
  isAbout(key: string): boolean {
    for (let request = this.#connection?.oldest; request !== undefined; request = request.next) {
      if (isAbout(request, key)) return true;
    }
    return this.#waiting.some((request) => isAbout(request, key));
  }

  /** Rejects what is in the lane with ERR_MEMCACHE_CLOSED. Resolves when the socket is closed. Idempotent. */
  async close(): Promise<void> {
    const connection = this.#connection;
    const error = this.#error('ERR_MEMCACHE_CLOSED', 'the driver was closed');
    this.#state = 'closed';
    this.#retryTimer?.cancel();
    this.#watch.stop();
    this.#rejectWaiting(error);
    await connection?.close(error);
  }

  #refusal(request: Request): MemcacheError | undefined {
    if (!this.isUp) return this.#toldOf(request, this.#unreachable());
    if (!this.#options.budget.isFull || request.isContinuation) return undefined;
    return this.#error('ERR_MEMCACHE_OVERLOADED', 'too much waits for its answers');
  }

  #unreachable(): MemcacheError {
    if (this.#state === 'closed') return this.#error('ERR_MEMCACHE_CLOSED', 'the driver is closed');
    return this.#error('ERR_MEMCACHE_NODE_DOWN', 'cannot be reached', this.#lastError);
  }

  /** False when the server does not know what the request needs, and the request is rejected. */
  #knows(request: Request): boolean {
    const { needs } = request;
    if (needs === undefined || supports(this.#serverVersion, needs)) return true;
    const reason = `version ${this.#serverVersion} has no ${describeFeature(needs)}`;
    request.fail(this.#error('ERR_MEMCACHE_UNSUPPORTED', reason));
    return false;
  }

  #connect(): void {
    const { onReleased } = this.#options;
    if (this.#state === 'idle' || this.#state === 'ready') this.#state = 'connecting';
    try {
      this.#connection = Connection.open({
        ...this.#options,
        onReady: (version) => this.#becomeReady(version),
        onReleased,
        onLost: (error, orphans) => this.#lose(error, orphans),
      });
    } catch (cause) {
      // What is wrong with an option can show here for the first time, such as a `lookup` that throws.
      this.#lose(this.#error('ERR_MEMCACHE_CONNECTION_LOST', describeError(cause), cause), new RequestQueue());
    }
  }

  #becomeReady(version: string): void {
    this.#state = 'ready';
    this.#lastError = undefined;
    this.#serverVersion = version;
    this.#options.onUp();
    if (!this.#isHeld) this.#sendWaiting();
  }

  #sendWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#sendAll(waiting);
  }

  #sendAll(requests: readonly Request[]): void {
    const { clock, hardTimeoutMs, onReleased } = this.#options;
    const now = clock.monotonic();
    for (const request of requests) {
      request.sentAt = now;
      // What the caller has given up must not be carried out any more.
      if (request.isSettled || !this.#knows(request)) onReleased(request);
      else this.#connection!.send(request);
    }
    if (requests.length > 0) this.#watch.watch(now + hardTimeoutMs);
  }

  #lose(error: MemcacheError, orphans: RequestQueue): void {
    this.#options.onLost();
    // A connection that worked is replaced at once, and requests may wait for that. One that never
    // answered a request is a failure: otherwise a server that accepts and hangs up keeps us spinning.
    const isReplaced = this.#state === 'ready' && this.#connection!.answered > 0;
    const retried: Request[] = [];
    for (let request = orphans.shift(); request !== undefined; request = orphans.shift()) {
      if (isReplaced && this.#options.mayRetry(request, error)) {
        request.retriedAfter = error;
        retried.push(request);
      } else {
        request.fail(error);
        this.#options.onReleased(request);
      }
    }
    if (this.#state === 'closed') return;
    this.#lastError = error;
    this.#waiting = [...retried, ...this.#waiting];
    if (isReplaced) {
      this.#backoff.reset();
      this.#connect();
      return;
    }
    this.#state = 'down';
    this.#options.onDown(error);
    this.#strand(this.#error('ERR_MEMCACHE_NODE_DOWN', 'cannot be reached', error));
    this.#retryTimer = this.#options.clock.setTimer(() => this.#connect(), this.#backoff.next());
  }

  #strand(error: MemcacheError): void {
    const { onStranded } = this.#options;
    const waiting = this.#waiting;
    if (onStranded === undefined || waiting.length === 0) {
      this.#rejectWaiting(error);
      return;
    }
    this.#waiting = [];
    onStranded(waiting);
  }

  #rejectWaiting(error: MemcacheError): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const request of waiting) {
      request.fail(this.#toldOf(request, error));
      this.#options.onReleased(request);
    }
  }

  /** What the caller is told: ERR_MEMCACHE_NODE_DOWN says that nothing was sent, which something of the call was. */
  #toldOf(request: Request, error: MemcacheError): MemcacheError {
    if (error.code !== 'ERR_MEMCACHE_NODE_DOWN') return error;
    if (request.retriedAfter !== undefined) return request.retriedAfter;
    if (!request.isContinuation) return error;
    return this.#error('ERR_MEMCACHE_CONNECTION_LOST', 'lost between the requests of a call', error);
  }

  #sweep(): void {
    const now = this.#options.clock.monotonic();
    let nextAt = this.#state === 'ready' ? this.#connection!.sweep(now) : Infinity;
    const settled: Request[] = [];
    for (const request of this.#waiting) {
      if (request.deadline > now) nextAt = Math.min(nextAt, request.deadline);
      else request.fail(this.#error('ERR_MEMCACHE_TIMEOUT', 'no connection in time'));
      if (request.isSettled) settled.push(request);
    }
    this.#waiting = this.#waiting.filter((request) => !request.isSettled);
    for (const request of settled) this.#options.onReleased(request);
    if (nextAt < Infinity && this.#state !== 'closed') this.#watch.watch(nextAt);
  }

  #error(code: MemcacheError['code'], reason: string, cause?: unknown): MemcacheError {
    const because = cause instanceof MemcacheError ? ` (${cause.message})` : '';
    return new MemcacheError(code, `${describeAddress(this.#options.address)}: ${reason}${because}`, { cause });
  }
}

function isAbout(request: Request, key: string): boolean {
  if (request.hasOneKey) return isOnKey(request.text, key);
  if (request.text.startsWith('flush_all')) return true;
  return request.text.includes(key) || request.body?.includes(key, 0, 'latin1') === true;
}
