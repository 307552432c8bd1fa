import type { RingNode } from '@lockstep/hashring';
import type {
  DeleteEverywhereOptions,
  GetOutcome,
  Item,
  Key,
  MetaReply,
  MetaRequest,
  NodeAnswer,
  NodeOutcome,
  ReadOptions,
  ReadResult,
  StoreOptions,
  StoreOutcome,
} from '@lockstep/memcache';

import type { PoolLike } from '../../src/backend/pool-like.ts';

/** A pool of one map, whose calls can be held back and made to fail. */
export class MemoryPool implements PoolLike {
  readonly items = new Map<string, Required<Item>>();
  /** Names and keys of the calls that reached memcached, in order. */
  readonly calls: string[] = [];
  /** As `calls`, before the gate. */
  readonly asked: string[] = [];
  /** Of the calls that set a time to live, in order. */
  readonly ttls: (number | undefined)[] = [];
  readonly readOptions: ReadOptions[] = [];
  readonly everywhereOptions: DeleteEverywhereOptions[] = [];
  readonly node: RingNode = { host: 'memory' };
  /** Awaited by every call before it does anything. */
  gate: Promise<void> = Promise.resolve();
  /** Every call rejects with this while it is set. */
  failure: Error | undefined;
  /** Asked at every call for what it fails with, and whether it is carried out all the same. */
  nextFault: (() => { readonly error: Error; readonly isCarriedOut: boolean } | undefined) | undefined;
  #cas = 0n;

  get = (key: Key): Promise<Item | undefined> => this.gets(key);

  gets(key: Key): Promise<Item | undefined> {
    return this.#call('get', key, (name) => this.items.get(name));
  }

  getMany(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    return Promise.all(keys.map((key) => this.gets(key)));
  }

  async getManyOutcomes(keys: readonly Key[]): Promise<GetOutcome[]> {
    const outcomes = await Promise.allSettled(keys.map((key) => this.gets(key)));
    return outcomes.map((each) => (each.status === 'fulfilled' ? each.value : (each.reason as Error)));
  }

  async *readEverywhere(key: Key): AsyncGenerator<NodeAnswer> {
    const item = await this.gets(key);
    yield item === undefined ? { node: this.node } : { node: this.node, item };
  }

  async deleteEverywhere(key: Key, options: DeleteEverywhereOptions = {}): Promise<NodeOutcome[]> {
    this.everywhereOptions.push(options);
    await this.delete(key);
    return [{ node: this.node, confirmed: true }];
  }

  async read(key: Key, options: ReadOptions = {}): Promise<ReadResult> {
    this.readOptions.push(options);
    const item = await this.#call('read', key, (name) => this.items.get(name));
    const rest = { flags: item?.flags ?? 0, cas: item?.cas ?? 0n, ttlSeconds: item === undefined ? 0 : -1 };
    const found = { ...rest, mustRefresh: false, isRefreshing: false };
    return item === undefined ? { status: 'miss', ...found } : { status: 'hit', value: item.value, ...found };
  }

  gat(key: Key, ttlSeconds: number): Promise<Item | undefined> {
    this.ttls.push(ttlSeconds);
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

  touch(key: Key, ttlSeconds: number): Promise<boolean> {
    this.ttls.push(ttlSeconds);
    return this.#call('touch', key, (name) => this.items.has(name));
  }

  /** Of the flags `c`, `C` and `M` only. */
  meta({ command, key, flags, value = Buffer.alloc(0) }: MetaRequest): Promise<MetaReply> {
    const token = (letter: string): string | undefined => flags.find((flag) => flag.startsWith(letter))?.slice(1);
    const reply = (status: MetaReply['status'], cas?: bigint): MetaReply => ({
      status,
      flags: cas !== undefined && flags.includes('c') ? [`c${cas}`] : [],
    });
    return this.#call(command, key, (name) => {
      const item = this.items.get(name);
      if (command === 'me') return item === undefined ? reply('EN') : { status: 'ME', flags: [name, 'size=1'] };
      if (command === 'mg') return item === undefined ? reply('EN') : reply('HD', item.cas);
      const wanted = token('C');
      if (wanted !== undefined && item === undefined) return reply('NF');
      if (wanted !== undefined && item?.cas !== BigInt(wanted)) return reply('EX');
      if (command === 'md') return reply(this.items.delete(name) ? 'HD' : 'NF');
      if ((token('M') === 'E' && item !== undefined) || (token('M') === 'R' && item === undefined)) return reply('NS');
      this.#put(name, value, {});
      return reply('HD', this.items.get(name)!.cas);
    });
  }

  incr(key: Key, delta: bigint): Promise<bigint | undefined> {
    return this.#call('incr', key, (name) => this.#count(name, delta));
  }

  decr(key: Key, delta: bigint): Promise<bigint | undefined> {
    return this.#call('decr', key, (name) => this.#count(name, -delta));
  }

  async #call<T>(verb: string, key: Key, run: (name: string) => T): Promise<T> {
    const name = key.toString('latin1' as never);
    this.asked.push(`${verb} ${name}`);
    await this.gate;
    this.calls.push(`${verb} ${name}`);
    if (this.failure !== undefined) throw this.failure;
    const fault = this.nextFault?.();
    if (fault === undefined) return run(name);
    if (fault.isCarriedOut) run(name);
    throw fault.error;
  }

  #put(name: string, value: Buffer | string, { flags = 0, ttlSeconds }: StoreOptions): void {
    if (ttlSeconds !== undefined) this.ttls.push(ttlSeconds);
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
