import type { FastifyReply } from 'fastify';

import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';

/** What one batch holds of the bytes that all batches share. */
export interface PendingReply {
  /** Takes so many bytes more; false, and none taken, when there is no room for them. */
  take(bytes: number): boolean;
}

/**
 * Counts the bytes of answers that are not sent yet, over all batches: clients that ask and do not read
 * must not fill the memory, however many they are.
 */
export class PendingReplies {
  readonly #maxBytes: number;
  #bytes = 0;
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
    return {
      take: (bytes) => {
        if (!isOpen) return false;
        this.#isFull = this.#bytes + bytes > this.#maxBytes;
        if (this.#isFull) return false;
        this.#bytes += bytes;
        held += bytes;
        return true;
      },
    };
  }
}

/** An ERR_MEMCACHE_PROXY_OVERLOADED. */
export function overloaded(): MemcacheProxyError {
  const message = 'answers to batches that nobody reads hold all the room that there is for them: try again';
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_OVERLOADED', message);
}
