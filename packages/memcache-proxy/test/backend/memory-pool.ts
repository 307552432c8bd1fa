import { type Item, type Key, type ReadResult, type StoreOptions, type StoreOutcome } from '@lockstep/memcache';

import type { PoolLike } from '../../src/backend/pool-like.ts';

/** A pool of one map, whose calls can be held back and made to fail. */
export class MemoryPool implements PoolLike {
  readonly items = new Map<string, Required<Item>>();
  /** Names and keys of the calls that reached memcached, in order. */
  readonly calls: string[] = [];
  /** Awaited by every call before it does anything. */
  gate: Promise<void> = Promise.resolve();
  /** Every call rejects with this while it is set. */
  failure: Error | undefined;
  #cas = 0n;

  get = (key: Key): Promise<Item | undefined> => this.gets(key);

  gets(key: Key): Promise<Item | undefined> {
    return this.#call('get', key, (name) => this.items.get(name));
  }

  getMany(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    return Promise.all(keys.map((key) => this.gets(key)));
  }

  async read(key: Key): Promise<ReadResult> {
    const item = await this.#call('read', key, (name) => this.items.get(name));
    const rest = { flags: item?.flags ?? 0, cas: item?.cas ?? 0n, ttlSeconds: item === undefined ? 0 : -1 };
    const found = { ...rest, mustRefresh: false, isRefreshing: false };
    return item === undefined ? { status: 'miss', ...found } : { status: 'hit', value: item.value, ...found };
  }

  gat(key: Key): Promise<Item | undefined> {
    return this.#call('gat', key, (name) => this.items.get(name));
  }

  append(key: Key, value: Buffer | string): Promise<StoreOutcome> {
    return this.#call('append', key, (name) => this.#join(name, (old) => [old, Buffer.from(value as Buffer)]));
  }

  prepend(key: Key, value: Buffer | string): Promise<StoreOutcome> {
    return this.#call('prepend', key, (name) => this.#join(name, (old) => [Buffer.from(value as Buffer), old]));
  }

  markStale(key: Key): Promise<boolean> {
    return this.#call('mark-stale', key, (name) => this.items.has(name));
  }

  flushAll(): Promise<void> {
    return this.#call('flush', '*', () => this.items.clear());
  }

  set(key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<void> {
    return this.#call('set', key, (name) => this.#put(name, value, options));
  }

  add(key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<StoreOutcome> {
    return this.#call('add', key, (name) => this.#putIf(!this.items.has(name), name, value, options));
  }

  replace(key: Key, value: Buffer | string, options: StoreOptions = {}): Promise<StoreOutcome> {
    return this.#call('replace', key, (name) => this.#putIf(this.items.has(name), name, value, options));
  }

  cas(key: Key, value: Buffer | string, cas: bigint, options: StoreOptions = {}): Promise<StoreOutcome> {
    return this.#call('cas', key, (name) => {
      const item = this.items.get(name);
      if (item === undefined) return 'not-found';
      return item.cas === cas ? this.#putIf(true, name, value, options) : 'exists';
    });
  }

  delete(key: Key): Promise<boolean> {
    return this.#call('delete', key, (name) => this.items.delete(name));
  }

  touch(key: Key): Promise<boolean> {
    return this.#call('touch', key, (name) => this.items.has(name));
  }

  incr(key: Key, delta: bigint): Promise<bigint | undefined> {
    return this.#call('incr', key, (name) => this.#count(name, delta));
  }

  decr(key: Key, delta: bigint): Promise<bigint | undefined> {
    return this.#call('decr', key, (name) => this.#count(name, -delta));
  }

  async #call<T>(verb: string, key: Key, run: (name: string) => T): Promise<T> {
    const name = key.toString('latin1' as never);
    await this.gate;
    this.calls.push(`${verb} ${name}`);
    if (this.failure !== undefined) throw this.failure;
    return run(name);
  }

  #put(name: string, value: Buffer | string, { flags = 0 }: StoreOptions): void {
    this.#cas += 1n;
    this.items.set(name, { value: Buffer.from(value as Buffer), flags, cas: this.#cas });
  }

  #putIf(condition: boolean, name: string, value: Buffer | string, options: StoreOptions): StoreOutcome {
    if (!condition) return 'not-stored';
    this.#put(name, value, options);
    return 'stored';
  }

  #join(name: string, pieces: (old: Buffer) => readonly Buffer[]): StoreOutcome {
    const item = this.items.get(name);
    if (item === undefined) return 'not-stored';
    return this.#putIf(true, name, Buffer.concat(pieces(item.value)), item);
  }

  #count(name: string, delta: bigint): bigint | undefined {
    const item = this.items.get(name);
    if (item === undefined) return undefined;
    const next = BigInt(item.value.toString()) + delta;
    this.#put(name, Buffer.from(next.toString()), item);
    return next;
  }
}

/** An error as the real pool rejects with it. */
export function poolError(code: string): Error {
  return Object.assign(new Error(`the pool says ${code}`), { code });
}
