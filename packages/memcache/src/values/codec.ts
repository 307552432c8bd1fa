/** A value as it goes to memcached. */
export interface Encoded {
  readonly data: Buffer;
  /** The client flags, an unsigned 32-bit number, by which a reader knows what `data` is. */
  readonly flags: number;
}

/**
 * Turns values into bytes and back. A codec that compresses large values does so off the event loop
 * and answers with a promise then.
 */
export interface Codec<T> {
  /** For messages. */
  readonly name: string;
  /** @throws TypeError or RangeError for a value that could not be read back as it is. */
  encode(value: T): Encoded | Promise<Encoded>;
  /** @throws MemcacheError ERR_MEMCACHE_DECODE for everything that `encode`, or the client it stands for, would not have written. */
  decode(data: Buffer, flags: number): T | Promise<T>;
}

/** A codec that never answers with a promise. */
export interface SyncCodec<T> extends Codec<T> {
  encode(value: T): Encoded;
  decode(data: Buffer, flags: number): T;
}
