import type { Clock } from '@lockstep/core';

import type { MemcacheError } from '../driver/memcache-error.ts';
import { describeAddress, type NodeAddress } from '../driver/node-address.ts';
import type { QueueDepth } from '../driver/queue-depth.ts';
import { commandKey, isPlainRead } from '../protocol/command-facts.ts';
import { isObserved, observeCommand, publishNode } from './channels.ts';
import { KeysInFlight } from './keys-in-flight.ts';
import { Lane, type LaneOptions } from './lane.ts';
import { LargeKeys } from './large-keys.ts';
import type { Outbox } from './outbox.ts';
import { QueueBudget } from './queue-budget.ts';
import type { Request } from './request.ts';
import { RetryBudget } from './retry-budget.ts';
import type { ResolvedTransportOptions } from './transport-options.ts';

/** No command that an outbox takes by itself is longer. */
const maxDirectBytes = 4096;

/** What a link is given; see MetaDriverOptions for the meaning of each. */
export interface NodeLinkOptions extends ResolvedTransportOptions {
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly maxQueueOps: number;
  readonly maxQueueBytes: number;
  readonly maxValueBytes: number;
  readonly random: () => number;
}

/**
 * The way to one node: a lane for what is small, and a second one for large values, so that what is
 * small does not wait behind them. Requests on the same key are carried out in the order of the
 * calls, whichever lane they take.
 */
export class NodeLink {
  readonly #node: string;
  readonly #clock: Clock;
  readonly #laneBytes: number;
  readonly #retry: ResolvedTransportOptions['retry'];
  readonly #budget: QueueBudget;
  readonly #retries = new RetryBudget();
  readonly #small: Lane;
  readonly #large: Lane;
  /** The keys of the requests in the large lane. A key is never in both lanes. */
  readonly #onLarge = new KeysInFlight();
  readonly #largeKeys = new LargeKeys();
  #published: 'up' | 'down' | undefined;
  #generation = 0;

  constructor(address: NodeAddress, options: NodeLinkOptions) {
    this.#node = describeAddress(address);
    this.#clock = options.clock;
    this.#laneBytes = options.laneBytes;
    this.#retry = options.retry;
    this.#budget = new QueueBudget(options);
    const shared: Omit<LaneOptions, 'onReleased' | 'onUp' | 'onDown'> = {
      ...options,
      address,
      budget: this.#budget,
      mayRetry: (request, error) => this.#mayRetry(request, error),
      onLost: () => void this.#generation++,
    };
    this.#small = new Lane({
      ...shared,
      onReleased: (request) => this.#releaseSmall(request),
      onUp: () => this.#publish('up'),
      onDown: (error) => this.#publish('down', error),
    });
    this.#large = new Lane({
      ...shared,
      onReleased: (request) => this.#releaseLarge(request),
      onStranded: (requests) => this.#takeBack(requests),
      // Whatever is there may be another process than the small lane is still connected to.
      onUp: () => void this.#generation++,
      onDown: () => {},
    });
  }

  /** False exactly while requests fail at once because the node cannot be reached. */
  get isUp(): boolean {
    return this.#small.isUp;
  }

  /** See MemcacheDriver. */
  get generation(): number {
    return this.#generation;
  }

  /** What the server answered to `version` on the latest connection. Undefined before the first one. */
  get serverVersion(): string | undefined {
    return this.#small.serverVersion ?? this.#large.serverVersion;
  }

  /** What waits for the node's answers. */
  get queued(): QueueDepth {
    return this.#budget.depth;
  }

  /** Sends the request, or keeps it until the connection is there. Failures reject the request. */
  send(request: Request): void {
    observeCommand(this.#node, request, this.#clock);
    this.#retries.count(request.sentAt);
    if (request.bytes < this.#laneBytes && this.#onLarge.isEmpty && this.#largeKeys.isEmpty) {
      this.#small.send(request);
    } else this.#route(request);
  }

  /**
   * Where to write a command on that key, in wire form, that is to be sent now, with what `Outbox.addKeyed` can hold;
   * `follow` must come at once after it. Undefined when anything asks for the way by `send`.
   */
  outboxFor(key: string): Outbox | undefined {
    if (isObserved() || maxDirectBytes >= this.#laneBytes) return undefined;
    return this.#onLarge.has(key) || this.#largeKeys.has(key) ? undefined : this.#small.outbox;
  }

  /** Takes a request whose command is in the outbox. */
  follow(request: Request): void {
    this.#retries.count(request.sentAt);
    this.#small.follow(request);
  }

  /** Rejects what waits with ERR_MEMCACHE_CLOSED. Resolves when the sockets are closed. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.#small.close(), this.#large.close()]);
  }

  #route(request: Request): void {
    if (this.#small.isHeld) {
      this.#small.send(request);
      return;
    }
    if (!request.hasOneKey) {
      // It comes after what is in the large lane, and all that follows comes after it.
      if (this.#touchesLarge(request)) this.#small.hold();
      this.#small.send(request);
      return;
    }
    const key = commandKey(request.text);
    const isLarge = this.#onLarge.has(key) || this.#mayGoLarge(request, key);
    if (!isLarge) {
      this.#small.send(request);
      return;
    }
    this.#onLarge.add(key);
    if (!this.#large.send(request)) this.#onLarge.remove(key);
  }

  /** A large value changes lanes only while nothing on its key is in the other one. */
  #mayGoLarge(request: Request, key: string): boolean {
    const { body, text } = request;
    const laneBytes = this.#laneBytes;
    if (body !== undefined && body.length >= laneBytes) this.#largeKeys.remember(key);
    else if (body !== undefined || !text.startsWith('mg ') || !this.#largeKeys.has(key)) return false;
    return laneBytes < Infinity && this.#large.isUp && !this.#small.isAbout(key);
  }

  #touchesLarge({ text, body }: Request): boolean {
    if (this.#onLarge.isEmpty) return false;
    return text.startsWith('flush_all') || this.#onLarge.occurIn(text, body);
  }

  /** A connection that replaces a lost one, and one more attempt that fails, change nothing. */
  #publish(state: 'up' | 'down', error?: MemcacheError): void {
    if (state === this.#published) return;
    this.#published = state;
    publishNode(this.#node, state, error);
  }

  #releaseSmall(request: Request): void {
    this.#budget.release(request);
    if (request.valueBytes >= this.#laneBytes && request.hasOneKey) {
      this.#largeKeys.remember(commandKey(request.text));
    }
  }

  #releaseLarge(request: Request): void {
    this.#budget.release(request);
    const key = commandKey(request.text);
    this.#onLarge.remove(key);
    const wasRead = request.isAnswered && request.text.startsWith('mg ');
    if (wasRead && request.valueBytes < this.#laneBytes) this.#largeKeys.forget(key);
    if (this.#onLarge.isEmpty && this.#small.isHeld) this.#small.resume();
  }

  /** What the large lane cannot send takes the small one: nothing on its keys is there, but what came after it. */
  #takeBack(requests: readonly Request[]): void {
    for (const { text } of requests) this.#onLarge.remove(commandKey(text));
    this.#small.adopt(requests);
    if (this.#onLarge.isEmpty && this.#small.isHeld) this.#small.resume();
  }

  #mayRetry(request: Request, error: MemcacheError): boolean {
    if (this.#retry === 'never' || error.code !== 'ERR_MEMCACHE_CONNECTION_LOST') return false;
    if (request.isSettled || request.isAnswered || request.retriedAfter !== undefined) return false;
    return isPlainRead(request.text) && this.#retries.take(this.#clock.monotonic());
  }
}
