import { sleep } from '@lockstep/core';

import { checkKey } from './check-key.ts';
import type { LoadContext } from './load-context.ts';
import { readMany } from './read/bulk-read.ts';
import { assertOpen, type CacheCore, viewTag } from './read/cache-core.ts';
import { NOTHING } from './read/nothing.ts';
import { loadOne } from './read/load-one.ts';
import type { LoadSource, ViewReader } from './read/view-reader.ts';
import type { ReadOptions, ViewOptions } from './view-options.ts';
import type { InvalidateOptions, MutateOptions, ReadEntry, RefreshOptions, View } from './view.ts';
import { createRefreshes, type Refreshes } from './write/refreshes.ts';
import type { Writer } from './write/writer.ts';

/** A view: turns ids into texts and keys, and results into values. A class for the sake of the hot path. */
export class CacheView<Id, Value> implements View<Id, Value> {
  readonly name: string;
  readonly #core: CacheCore;
  readonly #writer: Writer;
  readonly #reader: ViewReader;
  readonly #options: ViewOptions<Id, Value>;
  readonly #prefix: string;
  readonly #refreshes: Refreshes<Value> = createRefreshes();
  readonly #isCloned: boolean;
  readonly #keyOf: ViewOptions<Id, Value>['keyOf'];
  readonly #tagsOf: ViewOptions<Id, Value>['tags'];

  constructor(core: CacheCore, writer: Writer, reader: ViewReader, options: ViewOptions<Id, Value>) {
    this.#core = core;
    this.#writer = writer;
    this.#reader = reader;
    this.#options = options;
    this.name = reader.settings.name;
    this.#prefix = `${this.name}:`;
    this.#isCloned = reader.settings.isolation === 'clone';
    this.#keyOf = options.keyOf;
    this.#tagsOf = options.tags;
  }

  get size(): number {
    return this.#reader.settings.space.store.size;
  }

  peek(id: Id): Value | undefined {
    const held = this.#reader.hit(this.#textOf(id));
    if (held === undefined || held === NOTHING) return undefined;
    return (this.#isCloned ? structuredClone(held) : held) as Value;
  }

  // Not an async function: a hit makes one promise and nothing else.
  get(id: Id, options?: ReadOptions): Promise<Value> {
    if (options !== undefined) return this.getEntry(id, options).then(valueOf);
    try {
      const text = this.#textOf(id);
      const held = this.#reader.hit(text);
      if (held !== undefined && held !== NOTHING) {
        return Promise.resolve((this.#isCloned ? structuredClone(held) : held) as Value);
      }
      return this.#reader.valueOf(text, this.#prefix + text, this.#sourceOf(id)) as Promise<Value>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  getEntry(id: Id, options?: ReadOptions): Promise<ReadEntry<Value>> {
    try {
      const text = this.#textOf(id);
      const entry = this.#reader.lookup(text, this.#prefix + text, this.#sourceOf(id), options);
      return entry as Promise<ReadEntry<Value>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async getMany(ids: readonly Id[], options?: ReadOptions): Promise<Value[]> {
    const { loadMany } = this.#options;
    const wanted = ids.map((id) => {
      const text = this.#textOf(id);
      return { id, text, key: this.#prefix + text, source: this.#sourceOf(id) };
    });
    const source = loadMany === undefined ? undefined : { loadMany, textOf: (id: Id) => this.#textOf(id) };
    return (await readMany(this.#core, this.#reader, wanted, options, source)) as Value[];
  }

  async invalidate(ids: Id | readonly Id[], options: InvalidateOptions = {}): Promise<void> {
    await this.#writer.invalidate(this.#keysOf(ids, options), [], options);
  }

  async mutate<Result>(
    ids: Id | readonly Id[],
    write: () => Promise<Result> | Result,
    options: MutateOptions = {},
  ): Promise<Result> {
    return this.#writer.mutate(this.#keysOf(ids, options), write, options);
  }

  async refresh(id: Id, options: RefreshOptions = {}): Promise<Value> {
    const { settleMs = 0, signal } = options;
    // A fence of that length: what is read of a lagging copy meanwhile is not kept.
    const wait = (): Promise<void> => sleep(settleMs, { signal, clock: this.#core.clock });
    const invalidate = (): Promise<void> =>
      settleMs > 0 ? this.mutate(id, wait, { ...options, fenceMs: settleMs + 1000 }) : this.invalidate(id, options);
    const bring = (): Promise<Value> => this.get(id, options);
    return this.#refreshes.run(this.#textOf(id), { settleMs, signal, invalidate, bring });
  }

  async clear(options: InvalidateOptions = {}): Promise<void> {
    assertOpen(this.#core);
    options.signal?.throwIfAborted();
    await this.#writer.invalidate([], [viewTag(this.name)], options);
  }

  #textOf(id: Id): string {
    return typeof id === 'string' && this.#keyOf === undefined ? id : this.#otherText(id);
  }

  /** @throws TypeError for an id that is no text or number where there is no `keyOf`, and for a list. */
  #otherText(id: Id): string {
    // `invalidate` takes a list for several ids.
    if (Array.isArray(id)) throw new TypeError(`an id must not be an array, in the view "${this.name}"`);
    if (this.#keyOf !== undefined) {
      const text: unknown = this.#keyOf(id);
      if (typeof text === 'string') return text;
      throw new TypeError(`keyOf of the view "${this.name}" must return a string, got ${typeof text}`);
    }
    if (typeof id === 'number' || typeof id === 'bigint') return String(id);
    throw new TypeError(`an id must be a string or a number, or the view "${this.name}" needs keyOf; got ${typeof id}`);
  }

  #keysOf(ids: Id | readonly Id[], options: InvalidateOptions): string[] {
    assertOpen(this.#core);
    options.signal?.throwIfAborted();
    const list = (Array.isArray(ids) ? ids : [ids]) as readonly Id[];
    if (list.length === 0) throw new RangeError('there must be at least one id');
    return Array.from(new Set(list.map((id) => checkKey(this.#prefix + this.#textOf(id)))));
  }

  #sourceOf(id: Id): LoadSource {
    const tagsOf = this.#tagsOf;
    return {
      load: (context: LoadContext) => loadOne(this.#options, id, context, (one) => this.#textOf(one)),
      tagsOf: tagsOf === undefined ? undefined : (value) => tagsOf(value as Value, id),
    };
  }
}

function valueOf<Value>(entry: ReadEntry<Value>): Value {
  return entry.value;
}
