import { batchCommands, collectBatch, expireMutations, type PlannedMutation } from './batch.ts';
import {
  collectCount,
  collectFound,
  collectItem,
  collectItems,
  collectItemWithCas,
  collectOk,
  collectStats,
  collectStore,
  collectStored,
  collectVersion,
} from './collectors.ts';
import { countCommand, deleteCommand, getCommand, storeCommand, type StoreMode, touchCommand } from './commands.ts';
import type { CallOptions, Capabilities, Item, Key, MemcacheDriver, StoreOptions, StoreOutcome } from './driver.ts';
import { checkPositive, type MetaDriverOptions, resolveMetaOptions } from './meta-options.ts';
import type { Mutation } from './mutation.ts';
import { checkAddress, type NodeAddress } from './node-address.ts';
import { NodeLink } from './node-link.ts';
import { OpaqueCounter } from './opaque-counter.ts';
import { type Collect, Request } from './request.ts';

const noOptions = {};
const noOpaque = -1;

/** How a call is put together: what to send, and how to read what comes back. */
interface Call<T> {
  /** Replies to expect, where each carries an opaque number; 0 for text commands. @default 1 */
  readonly replies?: number;
  readonly compose: (opaque: number) => string | { readonly text: string; readonly body: Buffer | undefined };
  readonly body?: Buffer;
  readonly collect: Collect<T>;
}

/**
 * A driver of the meta protocol for one node: one connection, all calls of an event-loop turn in one
 * write, replies matched in order and checked by an opaque number. It connects with the first call.
 */
export function createMetaDriver(address: NodeAddress, options: MetaDriverOptions = {}): MemcacheDriver {
  return new MetaDriver(address, options);
}

/**
 * As `createMetaDriver`, and resolves when the server has answered.
 *
 * @throws MemcacheError ERR_MEMCACHE_NODE_DOWN when it cannot be reached.
 */
export async function connectMeta(address: NodeAddress, options: MetaDriverOptions = {}): Promise<MemcacheDriver> {
  const driver = createMetaDriver(address, options);
  try {
    await driver.version({ timeoutMs: resolveMetaOptions(options).connectTimeoutMs });
  } catch (error) {
    await driver.close();
    throw error;
  }
  return driver;
}

class MetaDriver implements MemcacheDriver {
  readonly capabilities: Capabilities = { flags: true, cas: true, multiGet: true, counters: true };
  readonly #options: Required<MetaDriverOptions>;
  readonly #link: NodeLink;
  readonly #opaques = new OpaqueCounter();

  constructor(address: NodeAddress, options: MetaDriverOptions) {
    this.#options = resolveMetaOptions(options);
    this.#link = new NodeLink(checkAddress(address), this.#options);
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  get(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#call(options, { compose: (opaque) => getCommand(key, opaque, false), collect: collectItem });
  }

  gets(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#call(options, { compose: (opaque) => getCommand(key, opaque, true), collect: collectItemWithCas });
  }

  async getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]> {
    if (keys.length === 0) return [];
    return this.#call(options, {
      replies: keys.length,
      compose: (opaque) => keys.map((key, index) => getCommand(key, opaque + index, false)).join(''),
      collect: collectItems(keys.length),
    });
  }

  set(key: Key, value: Buffer | string, options: StoreOptions = noOptions): Promise<void> {
    return this.#store(key, value, options, 'set', collectStored);
  }

  add(key: Key, value: Buffer | string, options: StoreOptions = noOptions): Promise<StoreOutcome> {
    return this.#store(key, value, options, 'add', collectStore);
  }

  replace(key: Key, value: Buffer | string, options: StoreOptions = noOptions): Promise<StoreOutcome> {
    return this.#store(key, value, options, 'replace', collectStore);
  }

  cas(key: Key, value: Buffer | string, cas: bigint, options: StoreOptions = noOptions): Promise<StoreOutcome> {
    return this.#store(key, value, options, cas, collectStore);
  }

  delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#call(options, { compose: (opaque) => deleteCommand(key, opaque), collect: collectFound });
  }

  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    return this.#call(options, { compose: (opaque) => touchCommand(key, ttlSeconds, opaque), collect: collectFound });
  }

  incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#call(options, { compose: (opaque) => countCommand(key, delta, false, opaque), collect: collectCount });
  }

  decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#call(options, { compose: (opaque) => countCommand(key, delta, true, opaque), collect: collectCount });
  }

  async batch(mutations: readonly Mutation[], options: CallOptions = noOptions): Promise<void> {
    if (mutations.length === 0) return;
    const { clock } = this.#options;
    const { timeoutMs = this.#options.timeoutMs, signal } = options;
    const endsAt = clock.monotonic() + timeoutMs;
    const planned = expireMutations(mutations, clock.now());
    const refused = await this.#call(options, {
      replies: planned.length,
      compose: (opaque) => batchCommands(planned, opaque),
      collect: collectBatch(planned),
    });
    if (refused.length === 0) return;
    // memcached keeps the old value when it runs out of memory in the middle of a large one.
    const deletes = refused.map((key): PlannedMutation => ({ kind: 'delete', key }));
    await this.#call(
      { timeoutMs: Math.max(1, endsAt - clock.monotonic()), signal },
      {
        replies: deletes.length,
        compose: (opaque) => batchCommands(deletes, opaque),
        collect: collectBatch(deletes),
      },
    );
  }

  flushAll(options?: CallOptions): Promise<void> {
    return this.#call(options, { replies: 0, compose: () => 'flush_all\r\n', collect: collectOk });
  }

  stats(options?: CallOptions): Promise<Map<string, string>> {
    return this.#call(options, { replies: 0, compose: () => 'stats\r\n', collect: collectStats() });
  }

  version(options?: CallOptions): Promise<string> {
    return this.#call(options, { replies: 0, compose: () => 'version\r\n', collect: collectVersion });
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #store<T>(
    key: Key,
    value: Buffer | string,
    options: StoreOptions,
    condition: StoreMode | bigint,
    collect: Collect<T>,
  ): Promise<T> {
    const body = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    return this.#call(options, {
      compose: (opaque) => storeCommand(key, body.length, opaque, options, condition),
      body,
      collect,
    });
  }

  #call<T>(options: CallOptions = noOptions, call: Call<T>): Promise<T> {
    // What an executor throws rejects the promise: a bad key is a rejection like every other.
    return new Promise<T>((resolve, reject) => {
      const { timeoutMs = this.#options.timeoutMs, signal } = options;
      checkPositive('timeoutMs', timeoutMs);
      signal?.throwIfAborted();
      const { replies = 1, compose, collect } = call;
      const opaque = replies === 0 ? noOpaque : this.#opaques.take(replies);
      const composed = compose(opaque);
      const isText = typeof composed === 'string';
      const now = this.#options.clock.monotonic();
      this.#link.send(
        new Request<T>({
          text: isText ? composed : composed.text,
          body: isText ? call.body : composed.body,
          opaque,
          replies: Math.max(1, replies),
          now,
          deadline: now + timeoutMs,
          signal,
          collect,
          resolve,
          reject,
        }) as Request,
      );
    });
  }
}
