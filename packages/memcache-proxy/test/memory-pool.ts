import type { Item, Key, StoreOptions, StoreOutcome } from '@lockstep/memcache';

import type { PoolLike } from '../src/pool-like.ts';

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

  set(key: Key, value: Buffer, options: StoreOptions = {}): Promise<void> {
    return this.#call('set', key, (name) => this.#put(name, value, options));
  }

  add(key: Key, value: Buffer, options: StoreOptions = {}): Promise<StoreOutcome> {
    return this.#call('add', key, (name) => this.#putIf(!this.items.has(name), name, value, options));
  }

  replace(key: Key, value: Buffer, options: StoreOptions = {}): Promise<StoreOutcome> {
    return this.#call('replace', key, (name) => this.#putIf(this.items.has(name), name, value, options));
  }

  cas(key: Key, value: Buffer, cas: bigint, options: StoreOptions = {}): Promise<StoreOutcome> {
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

  #put(name: string, value: Buffer, { flags = 0 }: StoreOptions): void {
    this.#cas += 1n;
    this.items.set(name, { value, flags, cas: this.#cas });
  }

  #putIf(condition: boolean, name: string, value: Buffer, options: StoreOptions): StoreOutcome {
    if (!condition) return 'not-stored';
    this.#put(name, value, options);
    return 'stored';
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
