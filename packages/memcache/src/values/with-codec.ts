import { describeError } from '@lockstep/core';

import type { CallOptions, Item, Key, StoreOutcome } from '../driver/driver.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import type { ReadOptions } from '../driver/read.ts';
import type { Codec } from './codec.ts';
import type {
  CodecTarget,
  TypedCache,
  TypedCacheOptions,
  ValueCasOptions,
  ValueReadResult,
  ValueStoreOptions,
  ValueWithCas,
} from './typed-cache.ts';

const excerptLength = 40;

/**
 * A driver or pool that takes and gives values instead of bytes. It owns nothing: closing stays with
 * whoever made `target`, and so do the calls that have no value.
 */
export function withCodec<T>(target: CodecTarget, codec: Codec<T>, options: TypedCacheOptions = {}): TypedCache<T> {
  return new CodecCache(target, codec, options);
}

class CodecCache<T> implements TypedCache<T> {
  readonly #target: CodecTarget;
  readonly #codec: Codec<T>;
  readonly #onDecodeError: NonNullable<TypedCacheOptions['onDecodeError']>;

  constructor(target: CodecTarget, codec: Codec<T>, options: TypedCacheOptions) {
    const { onDecodeError = 'throw' } = options;
    if (onDecodeError !== 'throw' && onDecodeError !== 'miss' && typeof onDecodeError !== 'function') {
      throw new TypeError(`onDecodeError must be 'throw', 'miss' or a function, got ${String(onDecodeError)}`);
    }
    this.#target = target;
    this.#codec = codec;
    this.#onDecodeError = onDecodeError;
  }

  async get(key: Key, options?: CallOptions): Promise<T | undefined> {
    return (await this.#decode(key, await this.#target.get(key, options)))?.value;
  }

  async gets(key: Key, options?: CallOptions): Promise<ValueWithCas<T> | undefined> {
    const item = await this.#target.gets(key, options);
    const decoded = await this.#decode(key, item);
    return decoded === undefined ? undefined : { value: decoded.value, cas: item?.cas ?? 0n };
  }

  async gat(key: Key, ttlSeconds: number, options?: CallOptions): Promise<T | undefined> {
    return (await this.#decode(key, await this.#target.gat(key, ttlSeconds, options)))?.value;
  }

  async read(key: Key, options?: ReadOptions): Promise<ValueReadResult<T>> {
    const { value: bytes, ...result } = await this.#target.read(key, options);
    if (bytes === undefined) return result;
    const decoded = await this.#decode(key, { value: bytes, flags: result.flags });
    return decoded === undefined ? { ...result, status: 'miss' } : { ...result, value: decoded.value };
  }

  async getMany(keys: readonly Key[], options?: CallOptions): Promise<(T | undefined)[]> {
    const items = await this.#target.getMany(keys, options);
    return Promise.all(items.map(async (item, index) => (await this.#decode(keys[index]!, item))?.value));
  }

  async set(key: Key, value: T, options?: ValueStoreOptions): Promise<void> {
    const { data, flags } = await this.#codec.encode(value);
    await this.#target.set(key, data, { ...options, flags });
  }

  async add(key: Key, value: T, options?: ValueStoreOptions): Promise<StoreOutcome> {
    const { data, flags } = await this.#codec.encode(value);
    return this.#target.add(key, data, { ...options, flags });
  }

  async replace(key: Key, value: T, options?: ValueStoreOptions): Promise<StoreOutcome> {
    const { data, flags } = await this.#codec.encode(value);
    return this.#target.replace(key, data, { ...options, flags });
  }

  async cas(key: Key, value: T, cas: bigint, options?: ValueCasOptions): Promise<StoreOutcome> {
    const { data, flags } = await this.#codec.encode(value);
    return this.#target.cas(key, data, cas, { ...options, flags });
  }

  delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#target.delete(key, options);
  }

  touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    return this.#target.touch(key, ttlSeconds, options);
  }

  /** The value in a box, as `undefined` may be a value; no box for a miss. */
  async #decode(key: Key, item: Item | undefined): Promise<{ readonly value: T } | undefined> {
    if (item === undefined) return undefined;
    try {
      return { value: await this.#codec.decode(item.value, item.flags) };
    } catch (cause) {
      const error = this.#decodeError(key, item.flags, cause);
      if (this.#onDecodeError === 'throw') throw error;
      if (this.#onDecodeError !== 'miss') this.#onDecodeError(error);
      return undefined;
    }
  }

  #decodeError(key: Key, flags: number, cause: unknown): MemcacheError {
    const what = `the value of "${excerptOf(key)}" (codec "${this.#codec.name}", flags ${flags})`;
    return new MemcacheError('ERR_MEMCACHE_DECODE', `${what} cannot be decoded: ${describeError(cause)}`, { cause });
  }
}

/** A key is foreign input and ends up in logs: printable ASCII only, and not all of it. */
function excerptOf(key: Key): string {
  const bytes = typeof key === 'string' ? key : key.toString('latin1');
  const excerpt = bytes.slice(0, excerptLength).replaceAll(/[^\x21-\x7e]/g, '?');
  return bytes.length > excerptLength ? `${excerpt}…` : excerpt;
}
