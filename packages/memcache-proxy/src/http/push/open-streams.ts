import type { FastifyInstance } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

/** The streams that are open on one server, with a bound on their number. */
export class OpenStreams {
  readonly #max: number;
  readonly #ends = new Set<() => Promise<void>>();
  #isClosing = false;

  constructor(max: number) {
    if (!(Number.isInteger(max) && max >= 1)) throw new RangeError(`maxStreams must be a positive integer, got ${max}`);
    this.#max = max;
  }

  get count(): number {
    return this.#ends.size;
  }

  /** Ends all of them, before the server waits for its connections. */
  endWith(host: FastifyInstance): void {
    host.addHook('preClose', async () => this.close());
  }

  /**
   * Refuses another stream when there are too many.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_STREAM_LIMIT, also while the server shuts down.
   */
  check(): void {
    if (this.#isClosing) throw refusal('the server is shutting down');
    if (this.#ends.size >= this.#max) throw refusal(`this server serves at most ${this.#max} streams at once`);
  }

  /** Keeps a stream until what it returns is called. `end` must settle, and is called at most once. */
  add(end: () => Promise<void>): () => void {
    this.#ends.add(end);
    return () => void this.#ends.delete(end);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(Array.from(this.#ends, (end) => end()));
  }
}

function refusal(message: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_STREAM_LIMIT', message);
}
