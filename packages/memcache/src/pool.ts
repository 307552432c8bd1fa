import type { Ring } from '@lockstep/hashring';

import { confirmAll } from './confirm-all.ts';
import type { CallOptions, Capabilities, Item, Key, MemcacheDriver, StoreOptions, StoreOutcome } from './driver.ts';
import { encodeKey } from './key.ts';
import type { MemcachePool, PoolNode, PoolNodeStats } from './memcache-pool.ts';
import { createMetaDriver } from './meta-driver.ts';
import type { Mutation } from './mutation.ts';
import { isNodeError } from './node-error.ts';
import type { NodeOutcome } from './node-outcome.ts';
import { addressOf, type PoolOptions } from './pool-options.ts';

/** A pool over the nodes of `ring`, with one driver for each. It connects to a node with the first call to it. */
export function createPool(options: PoolOptions): MemcachePool {
  return new Pool(options);
}

class Pool implements MemcachePool {
  readonly capabilities: Capabilities;
  readonly #ring: Ring;
  readonly #drivers: readonly MemcacheDriver[];
  readonly #missOnNodeError: boolean;

  constructor(options: PoolOptions) {
    const { ring, createDriver, onNodeError = 'throw', ...driverOptions } = options;
    this.#ring = ring;
    this.#missOnNodeError = onNodeError === 'miss';
    this.#drivers = ring.nodes.map((node) => createDriver?.(node) ?? createMetaDriver(addressOf(node), driverOptions));
    const every = (name: keyof Capabilities): boolean => this.#drivers.every((driver) => driver.capabilities[name]);
    this.capabilities = {
      flags: every('flags'),
      cas: every('cas'),
      multiGet: every('multiGet'),
      counters: every('counters'),
    };
  }

  get(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#read(this.#owner(key).get(key, options), () => undefined);
  }

  gets(key: Key, options?: CallOptions): Promise<Item | undefined> {
    return this.#read(this.#owner(key).gets(key, options), () => undefined);
  }

  async getMany(keys: readonly Key[], options?: CallOptions): Promise<(Item | undefined)[]> {
    const items: (Item | undefined)[] = keys.map(() => undefined);
    const groups = [...this.#groupByOwner(keys, (key) => key)];
    await Promise.all(
      groups.map(async ([driver, positions]) => {
        const wanted = positions.map((position) => keys[position]!);
        const found = await this.#read(driver.getMany(wanted, options), () => []);
        found.forEach((item, index) => (items[positions[index]!] = item));
      }),
    );
    return items;
  }

  set(key: Key, value: Buffer | string, options?: StoreOptions): Promise<void> {
    return this.#owner(key).set(key, value, options);
  }

  add(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#owner(key).add(key, value, options);
  }

  replace(key: Key, value: Buffer | string, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#owner(key).replace(key, value, options);
  }

  cas(key: Key, value: Buffer | string, cas: bigint, options?: StoreOptions): Promise<StoreOutcome> {
    return this.#owner(key).cas(key, value, cas, options);
  }

  delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#owner(key).delete(key, options);
  }

  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    return this.#owner(key).touch(key, ttlSeconds, options);
  }

  incr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#owner(key).incr(key, delta, options);
  }

  decr(key: Key, delta: bigint, options?: CallOptions): Promise<bigint | undefined> {
    return this.#owner(key).decr(key, delta, options);
  }

  async deleteEverywhere(key: Key, options?: CallOptions): Promise<NodeOutcome[]> {
    encodeKey(key);
    return this.#confirmOnAll((driver) => driver.delete(key, options), 'ERR_MEMCACHE_PARTIAL_DELETE');
  }

  async applyBatch(mutations: readonly Mutation[], options?: CallOptions): Promise<void> {
    // One bad key must not leave the other nodes written and the batch refused.
    for (const mutation of mutations) encodeKey(mutation.key);
    const groups = [...this.#groupByOwner(mutations, (mutation) => mutation.key)];
    const tasks = groups.map(([driver, positions]) => ({
      node: this.#ring.nodes[this.#drivers.indexOf(driver)]!,
      done: driver.batch(
        positions.map((position) => mutations[position]!),
        options,
      ),
    }));
    await confirmAll(tasks, 'ERR_MEMCACHE_PARTIAL_BATCH');
  }

  async flushAll(options?: CallOptions): Promise<void> {
    await this.#confirmOnAll((driver) => driver.flushAll(options), 'ERR_MEMCACHE_PARTIAL_FLUSH');
  }

  nodes(): PoolNode[] {
    return this.#ring.nodes.map((node, index) => ({ node, up: this.#drivers[index]!.isUp }));
  }

  stats(options?: CallOptions): Promise<PoolNodeStats[]> {
    return Promise.all(
      this.#ring.nodes.map((node, index) =>
        this.#drivers[index]!.stats(options).then(
          (stats): PoolNodeStats => ({ node, stats }),
          (error: unknown): PoolNodeStats => ({ node, error }),
        ),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#drivers.map((driver) => driver.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #owner(key: Key): MemcacheDriver {
    return this.#drivers[this.#ring.pick(key)]!;
  }

  #read<T>(answer: Promise<T>, miss: () => T): Promise<T> {
    if (!this.#missOnNodeError) return answer;
    return answer.catch((error: unknown) => {
      if (isNodeError(error)) return miss();
      throw error;
    });
  }

  /** The positions in `subjects` that each driver owns. */
  #groupByOwner<T>(subjects: readonly T[], keyOf: (subject: T) => Key): Map<MemcacheDriver, number[]> {
    const groups = new Map<MemcacheDriver, number[]>();
    subjects.forEach((subject, position) => {
      const owner = this.#owner(keyOf(subject));
      const positions = groups.get(owner);
      if (positions === undefined) groups.set(owner, [position]);
      else positions.push(position);
    });
    return groups;
  }

  #confirmOnAll(
    task: (driver: MemcacheDriver) => Promise<unknown>,
    code: 'ERR_MEMCACHE_PARTIAL_DELETE' | 'ERR_MEMCACHE_PARTIAL_FLUSH',
  ): Promise<NodeOutcome[]> {
    const tasks = this.#ring.nodes.map((node, index) => ({ node, done: task(this.#drivers[index]!) }));
    return confirmAll(tasks, code);
  }
}
