import { type Backoff, createBackoff, describeError, type Timer, withDeadline } from '@lockstep/core';

import type { CallOptions } from '../driver/driver.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import { defaultPort, describeAddress } from '../driver/node-address.ts';
import type { QueueDepth } from '../driver/queue-depth.ts';
import { publishNode, watchCommand } from '../engine/channels.ts';
import { checkPositive } from '../engine/meta-options.ts';
import { collectVersion } from './binary-answer.ts';
import { type BinaryRequest, lengthOf, opcodes, plainRequest } from './binary-request.ts';
import { createMemjsServer, loadMemjs, type MemjsModule } from './memjs-module.ts';
import { type MemjsDriverOptions, type ResolvedMemjsOptions, resolveMemjsOptions } from './memjs-options.ts';
import { MemjsSession } from './memjs-session.ts';
import type { Caller } from './pending-calls.ts';

/** What a link carries: the requests of one call, by their name for messages. */
export interface LinkCall<T> {
  readonly command: string;
  readonly requests: readonly BinaryRequest[];
  readonly send: (session: MemjsSession, caller: Caller) => Promise<T>;
}

/** `down`: the last connection ended before it answered anything, and calls fail at once until one answers. */
type LinkState = 'open' | 'down' | 'closed';

/**
 * The way to one server: a session after another. One that worked is replaced with the next call; where one has
 * failed, attempts follow by themselves, with a back-off.
 */
export class MemjsLink {
  readonly #target: MemjsDriverOptions;
  readonly #options: ResolvedMemjsOptions;
  readonly #node: string;
  readonly #backoff: Backoff;
  #memjs: MemjsModule | undefined;
  #session: MemjsSession | undefined;
  #state: LinkState = 'open';
  #lastError: MemcacheError | undefined;
  #retryTimer: Timer | undefined;

  /** @throws RangeError naming the option that is not a positive number. */
  constructor(options: MemjsDriverOptions) {
    this.#target = options;
    this.#options = resolveMemjsOptions(options);
    this.#node = describeAddress({ host: options.host, port: options.port ?? defaultPort });
    this.#backoff = createBackoff({ random: this.#options.random });
  }

  /** False exactly while calls fail at once. */
  get isUp(): boolean {
    return this.#state === 'open';
  }

  /** What waits for the server's answers. */
  get queued(): QueueDepth {
    return { ops: this.#session?.pendingOps ?? 0, bytes: this.#session?.pendingBytes ?? 0 };
  }

  /** Carries out a call within its time. */
  async run<T>({ command, requests, send }: LinkCall<T>, options: CallOptions = {}): Promise<T> {
    const { timeoutMs = this.#options.timeoutMs, signal } = options;
    const { clock } = this.#options;
    checkPositive('timeoutMs', timeoutMs);
    signal?.throwIfAborted();
    const told = watchCommand(this.#node, command, clock);
    const caller: Caller = { hasLeft: false };
    try {
      const session = this.#current((this.#memjs ??= await loadMemjs()));
      this.#admit(session, requests);
      const result = await withDeadline(send(session, caller), {
        ms: timeoutMs,
        signal,
        clock,
        onTimeout: () => {
          session.expire(caller);
          return new MemcacheError('ERR_MEMCACHE_TIMEOUT', `no answer from ${this.#node} in time`);
        },
      });
      told?.();
      return result;
    } catch (error) {
      told?.(error);
      throw error;
    } finally {
      caller.hasLeft = true;
    }
  }

  /** Rejects what waits with ERR_MEMCACHE_CLOSED, and releases the connection. Idempotent. */
  close(): void {
    this.#state = 'closed';
    this.#retryTimer?.cancel();
    this.#session?.retire(new MemcacheError('ERR_MEMCACHE_CLOSED', 'the driver was closed'));
  }

  #admit(session: MemjsSession, requests: readonly BinaryRequest[]): void {
    const { maxQueueOps, maxQueueBytes } = this.#options;
    const bytes = requests.reduce((sum, request) => sum + lengthOf(request), session.pendingBytes);
    if (session.pendingOps + requests.length <= maxQueueOps && bytes <= maxQueueBytes) return;
    throw new MemcacheError('ERR_MEMCACHE_OVERLOADED', `${this.#node}: too much waits for its answers`);
  }

  #current(memjs: MemjsModule): MemjsSession {
    if (this.#state === 'closed') throw new MemcacheError('ERR_MEMCACHE_CLOSED', 'the driver is closed');
    if (this.#state === 'down') {
      const message = `${this.#node}: cannot be reached (${describeError(this.#lastError)})`;
      throw new MemcacheError('ERR_MEMCACHE_NODE_DOWN', message, { cause: this.#lastError });
    }
    if (this.#session === undefined || this.#session.isRetired) this.#session = this.#open(memjs);
    return this.#session;
  }

  #open(memjs: MemjsModule): MemjsSession {
    const { clock, timeoutMs, maxValueBytes } = this.#options;
    const session = new MemjsSession(memjs, createMemjsServer(memjs, this.#target), {
      node: this.#node,
      clock,
      // Half: what breaks off in the middle of a reply has been heard a little after the call.
      silenceMs: timeoutMs / 2,
      maxValueBytes,
      onUp: () => this.#rise(),
      onEnd: (error) => {
        if (session.answered === 0) this.#fall(memjs, error);
      },
    });
    return session;
  }

  #rise(): void {
    this.#state = 'open';
    this.#lastError = undefined;
    this.#backoff.reset();
    publishNode(this.#node, 'up');
  }

  #fall(memjs: MemjsModule, error: MemcacheError): void {
    if (this.#state === 'closed') return;
    this.#state = 'down';
    this.#lastError = error;
    publishNode(this.#node, 'down', error);
    this.#retryTimer = this.#options.clock.setTimer(() => this.#attempt(memjs), this.#backoff.next());
  }

  #attempt(memjs: MemjsModule): void {
    const session = this.#open(memjs);
    this.#session = session;
    const { clock, timeoutMs } = this.#options;
    const onTimeout = (): MemcacheError => {
      const error = new MemcacheError('ERR_MEMCACHE_NODE_DOWN', `${this.#node}: no answer in ${timeoutMs} ms`);
      session.retire(error);
      return error;
    };
    const answer = session.call(plainRequest(opcodes.version), collectVersion, { hasLeft: false });
    // What became of it, `onUp` and `onEnd` tell.
    withDeadline(answer, { ms: timeoutMs, clock, onTimeout }).catch(() => undefined);
  }
}
