import type { FastifyReply } from 'fastify';

import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';

/** What a value is taken for before any was read, in bytes. */
const FIRST_ESTIMATE = 1024;
/** An estimate is so many times the mean: values differ. */
const MARGIN = 2;
/** Keys after which the mean has forgotten what was before. */
const KEYS_REMEMBERED = 1024;

/** What one batch holds of the bytes that all batches share. */
export interface PendingReply {
  /** What the values of so many keys are expected to have, by those that were read before: twice the mean. */
  estimate(keys: number): number;
  /** Books room for values that are about to be read; false, and none booked, when others hold it. */
  book(bytes: number): boolean;
  /** Gives booked room back, and learns from what was read. */
  unbook(booked: number, keys: number, bytes: number): void;
  /** Takes so many bytes more; false, and none taken, when there is no room for them. */
  take(bytes: number): boolean;
}

/**
 * Counts the bytes of answers that are not sent yet, and of values that are being read for them, over all batches:
 * clients that ask and do not read must not fill the memory, however many they are. What is being read counts by an
 * estimate, so that it may be over the bound by what the values of those reads are larger than twice the mean.
 */
export class PendingReplies {
  readonly #maxBytes: number;
  #bytes = 0;
  /** Bytes of a key, by those that were read; a miss has none. */
  #mean = FIRST_ESTIMATE;
  /** Something had no room, and none was given back since. */
  #isFull = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Opens the account of a reply, which is closed when it is sent or its client is gone.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_OVERLOADED while others hold all the room, and
   * ERR_MEMCACHE_PROXY_CLIENT_GONE for a client that has hung up.
   */
  open({ raw }: FastifyReply): PendingReply {
    if (raw.destroyed) throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLIENT_GONE', 'the client hung up');
    if (this.#isFull) throw overloaded();
    let held = 0;
    let isOpen = true;
    const close = (): void => {
      isOpen = false;
      this.#isFull = false;
      this.#bytes -= held;
      held = 0;
    };
    raw.once('finish', close).once('close', close);
    const take = (bytes: number): boolean => {
      if (!isOpen) return false;
      this.#isFull = this.#bytes + bytes > this.#maxBytes;
      if (this.#isFull) return false;
      this.#bytes += bytes;
      held += bytes;
      return true;
    };
    return {
      take,
      estimate: (keys) => Math.ceil(keys * this.#mean * MARGIN),
      book: (bytes) => {
        // The only one may always read: a bad estimate must not refuse everybody for ever.
        this.#isFull = this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes;
        if (!this.#isFull) this.#bytes += bytes;
        return !this.#isFull;
      },
      unbook: (booked, keys, bytes) => {
        this.#bytes -= booked;
        this.#isFull = false;
        if (keys > 0) this.#mean += (bytes / keys - this.#mean) * Math.min(1, keys / KEYS_REMEMBERED);
      },
    };
  }
}

/** An ERR_MEMCACHE_PROXY_OVERLOADED. */
export function overloaded(): MemcacheProxyError {
  const message = 'answers to batches that nobody reads hold all the room that there is for them: try again';
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_OVERLOADED', message);
}
