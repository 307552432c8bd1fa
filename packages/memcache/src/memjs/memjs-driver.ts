import { type Clock, systemClock } from '@lockstep/core';

import { type Capabilities, noCapabilities } from '../driver/capabilities.ts';
import type {
  CallOptions,
  CasOptions,
  FlushOptions,
  Item,
  Key,
  MemcacheDriver,
  StoreOptions,
  StoreOutcome,
} from '../driver/driver.ts';
import { remainingTtl } from '../driver/expiry.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import type { MetaReply } from '../driver/meta.ts';
import type { Mutation } from '../driver/mutation.ts';
import type { QueueDepth } from '../driver/queue-depth.ts';
import type { ReadResult } from '../driver/read.ts';
import { checkTtl } from '../protocol/numbers.ts';
import {
  type CollectAnswer,
  collectCount,
  collectFound,
  collectItem,
  collectItemWithCas,
  collectOutcome,
  collectStats,
  collectStored,
  collectVersion,
  isRefusedForGood,
  statuses,
} from './binary-answer.ts';
import {
  appendRequest,
  type BinaryRequest,
  casRequest,
  countRequest,
  expiryExtras,
  keyRequest,
  opcodeNames,
  opcodes,
  plainRequest,
  storeRequest,
} from './binary-request.ts';
import { MemjsLink } from './memjs-link.ts';
import type { MemjsDriverOptions } from './memjs-options.ts';
import type { MemjsSession } from './memjs-session.ts';
import type { Caller } from './pending-calls.ts';

const collectAdd = collectOutcome({ [statuses.exists]: 'not-stored', [statuses.notStored]: 'not-stored' });
const collectReplace = collectOutcome({ [statuses.notFound]: 'not-stored', [statuses.notStored]: 'not-stored' });
const collectCas = collectOutcome({ [statuses.exists]: 'exists', [statuses.notFound]: 'not-found' });

/**
 * A driver over memjs, for servers that offer only the binary protocol with SASL. memjs is loaded
 * with the first call, and used for what it does right: it connects, authenticates, and puts
 * requests together and replies apart. Its queues, deadlines, retries and numbers are replaced.
 * What the binary protocol does not have (leases, stale marks) rejects with ERR_MEMCACHE_UNSUPPORTED.
 */
export function createMemjsDriver(options: MemjsDriverOptions): MemcacheDriver {
  return new MemjsDriver(options);
}

class MemjsDriver implements MemcacheDriver {
  readonly capabilities: Capabilities = {
    ...noCapabilities,
    flags: true,
    cas: true,
    multiGet: true,
    counters: true,
    append: true,
  };
  readonly #link: MemjsLink;
  readonly #clock: Clock;

  constructor(options: MemjsDriverOptions) {
    this.#link = new MemjsLink(options);
    this.#clock = options.clock ?? systemClock;
  }

  get isUp(): boolean {
    return this.#link.isUp;
  }

  get queued(): QueueDepth {
    return this.#link.queued;
  }

  async get(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#call(keyRequest(opcodes.get, key), collectItem, options);
  }

  async gets(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#call(keyRequest(opcodes.get, key), collectItemWithCas, options);
  }

  read(): Promise<ReadResult> {
    // The time to live, which every result of `read` has, cannot be read in the binary protocol either.
    return unsupported('lease', 'read');
  }

  async gat(key: Key, ttlSeconds: number, options?: CallOptions): Promise<Item | undefined> {
    const extras = expiryExtras(checkTtl(ttlSeconds));
    return this.#call(keyRequest(opcodes.gat, key, { extras }), collectItem, options);
  }

  async getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]> {
    if (keys.length === 0) return [];
    const requests = keys.map((key) => keyRequest(opcodes.get, key));
    const send = (session: MemjsSession, caller: Caller): Promise<(Item | undefined)[]> =>
      Promise.all(requests.map((request) => session.call(request, collectItem, caller)));
    return this.#link.run({ command: 'get', requests, send }, options);
  }

  async set(key: Key, value: Buffer | string, options?: StoreOptions): Promise<void> {
    refuseExplicitCas(options);
    await this.#call(storeRequest(opcodes.set, key, value, options), collectStored, options);
  }

  async add(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    refuseExplicitCas(options);
    return this.#call(storeRequest(opcodes.add, key, value, options), collectAdd, options);
  }

  async replace(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    refuseExplicitCas(options);
    return this.#call(storeRequest(opcodes.replace, key, value, options), collectReplace, options);
  }

  async cas(key: Key, value: Buffer | string, cas: bigint, options?: CasOptions): Promise<StoreOutcome> {
    refuseExplicitCas(options);
    if (options?.orStale === true) return unsupported('stale', 'cas with orStale');
    return this.#call(casRequest(key, value, options, cas), collectCas, options);
  }

  async append(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#call(appendRequest(opcodes.append, key, value), collectReplace, options);
  }

  async prepend(key: Key, value: Buffer | string, options?: CallOptions): Promise<StoreOutcome> {
    return this.#call(appendRequest(opcodes.prepend, key, value), collectReplace, options);
  }

  async delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#call(keyRequest(opcodes.delete, key), collectFound, options);
  }

  markStale(): Promise<boolean> {
    return unsupported('stale', 'markStale');
  }

  meta(): Promise<MetaReply> {
    return unsupported('meta', 'meta');
  }

  async touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    const extras = expiryExtras(checkTtl(ttlSeconds));
    return this.#call(keyRequest(opcodes.touch, key, { extras }), collectFound, options);
  }

  async incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#call(countRequest(opcodes.increment, key, delta), collectCount, options);
  }

  async decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#call(countRequest(opcodes.decrement, key, delta), collectCount, options);
  }

  async batch(mutations: readonly Mutation[], options?: CallOptions): Promise<void> {
    if (mutations.length === 0) return;
    const now = this.#clock.now();
    const planned = mutations.map((mutation) => {
      const remove = keyRequest(opcodes.delete, mutation.key);
      const ttlSeconds = mutation.kind === 'set' ? remainingTtl(mutation.expiresAt, now) : undefined;
      if (mutation.kind === 'delete' || ttlSeconds === undefined) return { remove };
      const { key, value, flags } = mutation;
      return { remove, store: storeRequest(opcodes.set, key, value, { flags, ttlSeconds }) };
    });
    await this.#link.run(
      {
        command: 'batch',
        requests: planned.map(({ store, remove }) => store ?? remove),
        send: (session, caller) =>
          Promise.all(
            planned.map(async ({ store, remove }) => {
              try {
                if (store !== undefined) return await session.call(store, collectStored, caller);
              } catch (error) {
                if (!isRefusedForGood(error)) throw error;
              }
              // What the server refuses becomes a miss, not the value from before.
              await session.call(remove, collectFound, caller);
            }),
          ),
      },
      options,
    );
  }

  async flushAll(options?: FlushOptions): Promise<void> {
    const { delaySeconds = 0 } = options ?? {};
    const extras = expiryExtras(Math.max(0, checkTtl(delaySeconds)));
    await this.#call({ ...plainRequest(opcodes.flush), extras }, collectStored, options);
  }

  async stats(options?: CallOptions): Promise<Map<string, string>> {
    return this.#call(plainRequest(opcodes.stat), collectStats(), options);
  }

  async version(options?: CallOptions): Promise<string> {
    return this.#call(plainRequest(opcodes.version), collectVersion, options);
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call<T>(request: BinaryRequest, collect: CollectAnswer<T>, options: CallOptions | undefined): Promise<T> {
    const command = opcodeNames.get(request.opcode) ?? 'unknown';
    const send = (session: MemjsSession, caller: Caller): Promise<T> => session.call(request, collect, caller);
    return this.#link.run({ command, requests: [request], send }, options);
  }
}

function refuseExplicitCas(options: StoreOptions | undefined): void {
  if (options?.explicitCas !== undefined) throw unsupportedError('explicitCas', 'choose a CAS value');
}

function unsupported(capability: keyof Capabilities, call: string): Promise<never> {
  return Promise.reject(unsupportedError(capability, call));
}

function unsupportedError(capability: keyof Capabilities, call: string): MemcacheError {
  const message = `memjs cannot ${call}: this driver has no capability "${capability}"`;
  return new MemcacheError('ERR_MEMCACHE_UNSUPPORTED', message);
}
