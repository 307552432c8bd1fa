import { describeError, systemClock } from '@lockstep/core';

import type { CallOptions, Item, Key, StoreOptions, StoreOutcome } from '../driver/driver.ts';
import { excerptOf } from '../driver/key.ts';
import { MemcacheError } from '../driver/memcache-error.ts';
import type { ReadOptions } from '../driver/read.ts';
import { checkPositive } from '../engine/meta-options.ts';
import type { Codec } from './codec.ts';
import { KeyTurns } from './key-turns.ts';
import type {
  CodecTarget,
  TypedCache,
  TypedCacheOptions,
  ValueCasOptions,
  ValueReadResult,
  ValueStoreOptions,
  ValueWithCas,
} from './typed-cache.ts';

const maxWaiting = 16_384;

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
  readonly #turns: KeyTurns;

  constructor(target: CodecTarget, codec: Codec<T>, options: TypedCacheOptions) {
    const { onDecodeError = 'throw', timeoutMs = 1000, clock = systemClock } = options;
    checkPositive('timeoutMs', timeoutMs);
    if (onDecodeError !== 'throw' && onDecodeError !== 'miss' && typeof onDecodeError !== 'function') {
      throw new TypeError(`onDecodeError must be 'throw', 'miss' or a function, got ${String(onDecodeError)}`);
    }
    this.#target = target;
    this.#codec = codec;
    this.#onDecodeError = onDecodeError;
    this.#turns = new KeyTurns({ timeoutMs, maxWaiting, clock });
  }

  async get(key: Key, options?: CallOptions): Promise<T | undefined> {
    const item = await this.#inTurn([key], options, (own) => this.#target.get(key, own));
    return (await this.#decode(key, item))?.value;
  }

  async gets(key: Key, options?: CallOptions): Promise<ValueWithCas<T> | undefined> {
    const item = await this.#inTurn([key], options, (own) => this.#target.gets(key, own));
    const decoded = await this.#decode(key, item);
    return decoded === undefined ? undefined : { value: decoded.value, cas: item?.cas ?? 0n };
  }

  async gat(key: Key, ttlSeconds: number, options?: CallOptions): Promise<T | undefined> {
    const item = await this.#inTurn([key], options, (own) => this.#target.gat(key, ttlSeconds, own));
    return (await this.#decode(key, item))?.value;
  }

  async read(key: Key, options?: ReadOptions): Promise<ValueReadResult<T>> {
    const found = await this.#inTurn([key], options, (own) => this.#target.read(key, own));
    const { value: bytes, ...result } = found;
    if (bytes === undefined) return result;
    const decoded = await this.#decode(key, { value: bytes, flags: result.flags });
    return decoded === undefined ? { ...result, status: 'miss' } : { ...result, value: decoded.value };
  }

  async getMany(keys: readonly Key[], options?: CallOptions): Promise<(T | undefined)[]> {
    const items = await this.#inTurn(keys, options, (own) => this.#target.getMany(keys, own));
    return Promise.all(items.map(async (item, index) => (await this.#decode(keys[index]!, item))?.value));
  }

  set(key: Key, value: T, options?: ValueStoreOptions): Promise<void> {
    return this.#store(key, value, options, (data, own) => this.#target.set(key, data, own));
  }

  add(key: Key, value: T, options?: ValueStoreOptions): Promise<StoreOutcome> {
    return this.#store(key, value, options, (data, own) => this.#target.add(key, data, own));
  }

  replace(key: Key, value: T, options?: ValueStoreOptions): Promise<StoreOutcome> {
    return this.#store(key, value, options, (data, own) => this.#target.replace(key, data, own));
  }

  cas(key: Key, value: T, cas: bigint, options?: ValueCasOptions): Promise<StoreOutcome> {
    return this.#store(key, value, options, (data, own) => this.#target.cas(key, data, cas, own));
  }

  async delete(key: Key, options?: CallOptions): Promise<boolean> {
    return this.#inTurn([key], options, (own) => this.#target.delete(key, own));
  }

  async touch(key: Key, ttlSeconds: number, options?: CallOptions): Promise<boolean> {
    return this.#inTurn([key], options, (own) => this.#target.touch(key, ttlSeconds, own));
  }

  /** A call without a value: at once, unless a value for one of its keys is still being encoded. */
  #inTurn<O extends CallOptions, R>(
    keys: readonly Key[],
    options: O | undefined,
    send: (options: O | undefined) => Promise<R>,
  ): Promise<R> {
    if (this.#turns.areFree(keys)) return send(options);
    return this.#turns.take(keys, undefined, options, (_, left) => send({ ...(options as O), ...left }));
  }

  /** A call with a value: at once as well, where the codec encodes it at once. */
  async #store<O extends ValueStoreOptions, R>(
    key: Key,
    value: T,
    options: O | undefined,
    send: (data: Buffer, options: O & Pick<StoreOptions, 'flags'>) => Promise<R>,
  ): Promise<R> {
    const encoded = this.#codec.encode(value);
    if (!('then' in encoded) && this.#turns.areFree([key])) {
      return send(encoded.data, { ...(options as O), flags: encoded.flags });
    }
    return this.#turns.take([key], encoded, options, ({ data, flags }, left) =>
      send(data, { ...(options as O), ...left, flags }),
    );
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
