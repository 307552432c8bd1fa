import { describeError } from '@lockstep/core';

import { CacheError } from '../cache-error.ts';
import type { MaybePromise } from './codec.ts';

/** The error of a codec that cannot read what it was given. */
export function decodeError(codec: string, cause: unknown): CacheError {
  // A codec inside another one has said it all, and closer to the point.
  if (cause instanceof CacheError && cause.code === 'ERR_CACHE_DECODE') return cause;
  const message = `the codec "${codec}" cannot decode a shared value: ${describeError(cause)}`;
  return new CacheError('ERR_CACHE_DECODE', message, { cause });
}

/**
 * Runs a `decode`, now and in the promise that it may return.
 *
 * @throws CacheError ERR_CACHE_DECODE in place of whatever it throws.
 */
export function guardDecode<V>(codec: string, decode: () => MaybePromise<V>): MaybePromise<V> {
  try {
    const value = decode();
    if (!(value instanceof Promise)) return value;
    return value.catch((error: unknown) => {
      throw decodeError(codec, error);
    });
  } catch (error) {
    throw decodeError(codec, error);
  }
}

/** Goes on with a value that may not be there yet. */
export function andThen<A, B>(value: MaybePromise<A>, step: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(step) : step(value);
}

/** Bytes of what a codec has made. */
export function toBytes(encoded: string | Buffer): Buffer {
  return typeof encoded === 'string' ? Buffer.from(encoded) : encoded;
}

/** What a codec reads, from bytes. */
export function fromBytes(bytes: Buffer, isText: boolean): string | Buffer {
  return isText ? bytes.toString('utf8') : bytes;
}
