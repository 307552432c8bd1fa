import { MemcacheError } from './memcache-error.ts';
import type { Reply } from './reply.ts';

/** What a collector returns while it expects further replies. */
export const more: unique symbol = Symbol('more');

/**
 * Turns replies into a result. A MemcacheError that it throws rejects the call and leaves the stream
 * in step, except for ERR_MEMCACHE_PROTOCOL, which means that the stream is not what it should be.
 */
export type Collect<T> = (reply: Reply) => T | typeof more;

/** What a request is made of. */
export interface RequestParts<T> {
  /** The command, one character per byte. */
  readonly text: string;
  /** A data block after the text, without its line break. */
  readonly body: Buffer | undefined;
  /** The opaque number of the first reply, each further one has the next; -1 for text commands. */
  readonly opaque: number;
  /** How many replies it will get, where that is known. */
  readonly replies: number;
  /** Monotonic moment at which the caller stops waiting. */
  readonly deadline: number;
  /** Monotonic moment of the call. */
  readonly now: number;
  readonly signal: AbortSignal | undefined;
  readonly collect: Collect<T>;
  readonly resolve: (result: T) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A request in its place in a FIFO. Its caller may be answered early (deadline, abort); the request
 * keeps its place until its replies have arrived, so that they are not taken for somebody else's.
 */
export class Request<T = unknown> {
  readonly bytes: number;
  readonly replies: number;
  readonly deadline: number;
  text: string;
  body: Buffer | undefined;
  /** Monotonic moment at which it was sent, or of the call while it has not been. */
  sentAt: number;
  next: Request | undefined;
  isSettled = false;
  #opaque: number;
  #signal: AbortSignal | undefined;
  #abort: (() => void) | undefined;
  readonly #collect: Collect<T>;
  readonly #resolve: (result: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(parts: RequestParts<T>) {
    this.text = parts.text;
    this.body = parts.body;
    this.bytes = parts.text.length + (parts.body === undefined ? 0 : parts.body.length + 2);
    this.replies = parts.replies;
    this.deadline = parts.deadline;
    this.sentAt = parts.now;
    this.#opaque = parts.opaque;
    this.#signal = parts.signal;
    this.#collect = parts.collect;
    this.#resolve = parts.resolve;
    this.#reject = parts.reject;
    if (parts.signal !== undefined) {
      this.#abort = () => this.fail(this.#signal?.reason);
      parts.signal.addEventListener('abort', this.#abort, { once: true });
    }
  }

  /**
   * Takes the next reply. True when it was the last one.
   *
   * @throws MemcacheError ERR_MEMCACHE_PROTOCOL when the reply belongs to another request.
   */
  take(reply: Reply): boolean {
    if (!this.#isMine(reply))
      throw new MemcacheError('ERR_MEMCACHE_PROTOCOL', 'a reply does not belong to its request');
    if (this.#opaque >= 0) this.#opaque++;
    let result: T | typeof more;
    try {
      result = this.#collect(reply);
    } catch (error) {
      if (error instanceof MemcacheError && error.code === 'ERR_MEMCACHE_PROTOCOL') throw error;
      this.fail(error);
      return true;
    }
    if (result === more) return false;
    if (this.#settle()) this.#resolve(result);
    return true;
  }

  /** Rejects the caller, once. */
  fail(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Replies without an opaque number are the ones to which memcached adds none: `EN`, `MN` and errors. */
  #isMine(reply: Reply): boolean {
    if (reply.opaque >= 0 || this.#opaque < 0) return reply.opaque === this.#opaque;
    return reply.status === 'EN' || reply.status === 'MN' || reply.status.endsWith('ERROR');
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.#abort !== undefined) this.#signal?.removeEventListener('abort', this.#abort);
    this.#signal = undefined;
    return true;
  }
}
