import { type Clock, systemClock, withDeadline } from '@lockstep/core';

import { checkFlags, checkTtl } from './commands.ts';
import type { CallOptions, Capabilities, Item, Key, MemcacheDriver, StoreOptions, StoreOutcome } from './driver.ts';
import { remainingTtl } from './expiry.ts';
import { encodeKey } from './key.ts';
import { MemcacheError } from './memcache-error.ts';
import { createMemjsClient, loadMemjs, type MemjsModule, type MemjsTarget } from './memjs-client.ts';
import { type MemjsCall, MemjsSession } from './memjs-session.ts';
import { checkPositive } from './meta-options.ts';
import type { Mutation } from './mutation.ts';
import { describeAddress } from './node-address.ts';

/** How the memjs driver behaves. */
export interface MemjsDriverOptions extends MemjsTarget {
  /** Milliseconds until a call rejects with ERR_MEMCACHE_TIMEOUT. @default 1000 */
  readonly timeoutMs?: number;
  /** Calls in flight, above which calls reject with ERR_MEMCACHE_OVERLOADED. @default 16384 */
  readonly maxQueueOps?: number;
  /** Calls after which the client is replaced by a new one: memjs counts to 2^31 and breaks. @default 2^30 */
  readonly recycleAfter?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** A moment after 1970 that memcached takes as absolute, and as long past. */
const expiredSeconds = 30 * 24 * 60 * 60 + 1;

/**
 * A driver over memjs, for servers that offer only the binary protocol with SASL. memjs is loaded
 * with the first call. What it cannot do right (CAS, counters) rejects with ERR_MEMCACHE_UNSUPPORTED.
 */
export function createMemjsDriver(options: MemjsDriverOptions): MemcacheDriver {
  return new MemjsDriver(options);
}

class MemjsDriver implements MemcacheDriver {
  readonly capabilities: Capabilities = { flags: true, cas: false, multiGet: false, counters: false };
  readonly #options: MemjsDriverOptions;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  #session: MemjsSession | undefined;
  #inFlight = 0;
  #isUp = true;
  #isClosed = false;

  constructor(options: MemjsDriverOptions) {
    const { timeoutMs = 1000, maxQueueOps = 1, recycleAfter = 1, clock = systemClock } = options;
    for (const [name, value] of Object.entries({ timeoutMs, maxQueueOps, recycleAfter })) checkPositive(name, value);
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#isUp && !this.#isClosed;
  }

  async get(key: Key, options?: CallOptions): Promise<Item | undefined> {
    encodeKey(key);
    return this.#run<Item | undefined>(options, ({ client }, done) =>
      client.get(key, (error, value, extras) => {
        if (value === null || value === undefined) done(error, undefined);
        // memjs hands out views of its receive buffer.
        else done(error, { value: Buffer.from(value), flags: extras?.length === 4 ? extras.readUInt32BE(0) : 0 });
      }),
    );
  }

  gets(): Promise<Item | undefined> {
    return unsupported('cas', 'gets');
  }

  getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key, options)));
  }

  async set(key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<void> {
    await this.#store('set', key, value, options);
  }

  async add(key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<StoreOutcome> {
    return (await this.#store('add', key, value, options)) ? 'stored' : 'not-stored';
  }

  async replace(key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<StoreOutcome> {
    return (await this.#store('replace', key, value, options)) ? 'stored' : 'not-stored';
  }

  cas(): Promise<StoreOutcome> {
    return unsupported('cas', 'cas');
  }

  async delete(key: Key, options?: CallOptions): Promise<boolean> {
    encodeKey(key);
    return (await this.#run<boolean | null>(options, ({ client }, done) => client.delete(key, done))) === true;
  }

  async touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    encodeKey(key);
    const expires = toExpires(ttlSeconds);
    return (await this.#run<boolean | null>(options, ({ client }, done) => client.touch(key, expires, done))) === true;
  }

  // memjs shifts the upper half of a counter by 8 bits instead of 32: large counts would come back wrong.
  incr(): Promise<bigint | undefined> {
    return unsupported('counters', 'incr');
  }

  decr(): Promise<bigint | undefined> {
    return unsupported('counters', 'decr');
  }

  async batch(mutations: readonly Mutation[], options?: CallOptions): Promise<void> {
    for (const mutation of mutations) encodeKey(mutation.key);
    await Promise.all(mutations.map((mutation) => this.#apply(mutation, options)));
  }

  async flushAll(options?: CallOptions): Promise<void> {
    await this.#run<unknown>(options, ({ client }, done) => client.flush(done));
  }

  async stats(options?: CallOptions): Promise<Map<string, string>> {
    const stats = await this.#run<Record<string, string> | null>(options, ({ client }, done) =>
      client.stats((error, _server, answer) => done(error, answer)),
    );
    return new Map(Object.entries(stats ?? {}));
  }

  async version(options?: CallOptions): Promise<string> {
    return (await this.stats(options)).get('version') ?? '';
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#session?.retire(new MemcacheError('ERR_MEMCACHE_CLOSED', 'the driver was closed'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #apply(mutation: Mutation, options: CallOptions | undefined): Promise<void> {
    const ttlSeconds = mutation.kind === 'set' ? remainingTtl(mutation.expiresAt, this.#clock.now()) : undefined;
    if (mutation.kind === 'set' && ttlSeconds !== undefined) {
      try {
        await this.set(mutation.key, mutation.value, { ...options, flags: mutation.flags, ttlSeconds });
        return;
      } catch (error) {
        if (!isRefusedForGood(error)) throw error;
      }
    }
    await this.delete(mutation.key, options);
  }

  #store(
    verb: 'set' | 'add' | 'replace',
    key: Key,
    value: Buffer | string,
    options: StoreOptions,
  ): Promise<boolean | null> {
    encodeKey(key);
    const { flags = 0, ttlSeconds = 0 } = options;
    const expires = toExpires(ttlSeconds);
    const body = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    return this.#run<boolean | null>(options, ({ client, outgoing }, done) => {
      outgoing.flags = checkFlags(flags);
      client[verb](key, body, { expires }, done);
    });
  }

  async #run<T>(options: CallOptions = {}, call: MemjsCall<T>): Promise<T> {
    const { timeoutMs = this.#timeoutMs, signal } = options;
    checkPositive('timeoutMs', timeoutMs);
    signal?.throwIfAborted();
    if (this.#inFlight >= (this.#options.maxQueueOps ?? 16_384)) {
      throw new MemcacheError('ERR_MEMCACHE_OVERLOADED', `${this.#node}: too much waits for its answers`);
    }
    this.#inFlight++;
    try {
      const session = this.#openSession(await loadMemjs());
      const answer = session.run(call).finally(() => (this.#isUp = session.answered > 0));
      return await withDeadline(answer, {
        ms: timeoutMs,
        signal,
        clock: this.#clock,
        onTimeout: () => this.#expire(session),
      });
    } finally {
      this.#inFlight--;
    }
  }

  #openSession(memjs: MemjsModule): MemjsSession {
    if (this.#isClosed) throw new MemcacheError('ERR_MEMCACHE_CLOSED', 'the driver is closed');
    if (this.#session !== undefined && this.#session.calls >= (this.#options.recycleAfter ?? 2 ** 30)) {
      this.#session.drain();
      this.#session = undefined;
    }
    if (this.#session === undefined || this.#session.isRetired) {
      this.#session = new MemjsSession(createMemjsClient(memjs, this.#options), this.#node);
    }
    return this.#session;
  }

  /** Which reply belongs to which call is not certain any more: the connection goes with the deadline. */
  #expire(session: MemjsSession): MemcacheError {
    session.retire(
      new MemcacheError('ERR_MEMCACHE_CONNECTION_LOST', `${this.#node}: another call was not answered in time`),
    );
    return new MemcacheError('ERR_MEMCACHE_TIMEOUT', `no answer from ${this.#node} in time`);
  }

  get #node(): string {
    return describeAddress(this.#options);
  }
}

function toExpires(ttlSeconds: number): number {
  return checkTtl(ttlSeconds) < 0 ? expiredSeconds : ttlSeconds;
}

function isRefusedForGood(error: unknown): boolean {
  if (!(error instanceof MemcacheError)) return false;
  return error.code === 'ERR_MEMCACHE_VALUE_TOO_LARGE' || error.message.includes('Out of memory');
}

function unsupported(capability: keyof Capabilities, call: string): Promise<never> {
  const message = `memjs cannot ${call}: this driver has no capability "${capability}"`;
  return Promise.reject(new MemcacheError('ERR_MEMCACHE_UNSUPPORTED', message));
}
