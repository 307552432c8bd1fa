import { MemcacheError } from '../driver/memcache-error.ts';
import type { Feature } from '../protocol/features.ts';
import type { Reply } from '../protocol/reply.ts';

/** What a collector returns while it expects further replies. */
export const more: unique symbol = Symbol('more');

/**
 * Turns replies into a result. A MemcacheError that it throws rejects the call and leaves the stream
 * in step, except for ERR_MEMCACHE_PROTOCOL, which means that the stream is not what it should be.
 */
export type Collect<T> = (reply: Reply) => T | typeof more;

/**
 * A request in its place in a FIFO. Its caller may be answered early (deadline, abort); the request
 * keeps its place until its replies have arrived, so that they are not taken for somebody else's.
 */
export abstract class Request<T = unknown> {
  /** Its length on the wire. */
  readonly bytes: number;
  /** How many replies it will get, where that is known. */
  readonly replies: number;
  /** Monotonic moment at which the caller stops waiting. */
  readonly deadline: number;
  /** What the server must know, or the request is refused instead of sent. */
  readonly needs: Feature | undefined;
  /** Another request of the same call has been sent before: it is past the bounds on what waits. */
  readonly isContinuation: boolean;
  body: Buffer | undefined;
  /** Monotonic moment at which it was sent, or of the call while it has not been. */
  sentAt: number;
  next: Request | undefined;
  isSettled = false;
  /** True while the body waits, as it is, to be written. */
  isGathered = false;
  /** True once any of its replies has arrived. */
  isAnswered = false;
  /** Why it is being sent a second time. */
  retriedAfter: MemcacheError | undefined;
  /** Length of the largest value among its replies. */
  valueBytes = 0;
  /** Called when the caller is answered, with the error unless he got a result. */
  onSettled: ((error: unknown) => void) | undefined;
  #text: string | undefined;
  /** What the text is made of, while nobody has asked for it. */
  readonly #name: string;
  readonly #key: string;
  readonly #tail: string;
  /** The number of the first reply. */
  readonly #first: number;
  /** The number of the next reply. */
  #opaque: number;
  #forgetSignal: (() => void) | undefined;
  readonly #collect: Collect<T>;

  /**
   * A command `<name> <key><tail> O<opaque>`, or the text that `key` is when there is no name: one character per byte.
   * `body` is a data block after it, without its line break. `opaque` is the number of the first reply, of which each
   * further one has the next; -1 for text commands. Positional, because parts in an object would be garbage.
   */
  constructor(
    name: string,
    key: string,
    tail: string,
    body: Buffer | undefined,
    bytes: number,
    opaque: number,
    replies: number,
    needs: Feature | undefined,
    isContinuation: boolean,
    now: number,
    deadline: number,
    collect: Collect<T>,
  ) {
    this.#text = name === '' ? key : undefined;
    this.#name = name;
    this.#key = key;
    this.#tail = tail;
    this.body = body;
    this.bytes = bytes;
    this.replies = replies;
    this.needs = needs;
    this.isContinuation = isContinuation;
    this.sentAt = now;
    this.deadline = deadline;
    this.#first = opaque;
    this.#opaque = opaque;
    this.#collect = collect;
  }

  /** Has the signal reject the caller, until he is answered. */
  abortBy(signal: AbortSignal): void {
    const fail = (): void => this.fail(signal.reason);
    signal.addEventListener('abort', fail, { once: true });
    this.#forgetSignal = () => signal.removeEventListener('abort', fail);
  }

  /** The command, one character per byte. */
  get text(): string {
    return (this.#text ??= `${this.#name} ${this.#key}${this.#tail} O${this.#first}\r\n`);
  }

  /** One meta command on one key, as opposed to a text command or a batch, whose commands are in its body. */
  get hasOneKey(): boolean {
    return this.#opaque >= 0 && this.replies === 1 && this.text !== '';
  }

  /**
   * Takes the next reply. True when it was the last one.
   *
   * @throws MemcacheError ERR_MEMCACHE_PROTOCOL when the reply belongs to another request.
   */
  take(reply: Reply): boolean {
    this.check(reply);
    const { value } = reply;
    if (value !== undefined && value.length > this.valueBytes) this.valueBytes = value.length;
    let result: T | typeof more;
    try {
      result = this.#collect(reply);
    } catch (error) {
      if (error instanceof MemcacheError && error.code === 'ERR_MEMCACHE_PROTOCOL') throw error;
      this.fail(error);
      return true;
    }
    if (result === more) return false;
    if (this.settle(undefined)) this.resolve(result);
    return true;
  }

  /** Rejects the caller, once. */
  fail(error: unknown): void {
    if (!this.settle(error)) return;
    // From here on the bytes are the caller's again, and the server is to get those that he passed.
    if (this.isGathered) this.body = Buffer.from(this.body!);
    this.reject(error);
  }

  /** Lets go of the body of a request that has been sent. A batch keeps it, so that its keys can be looked for. */
  dropBody(): void {
    if (this.hasOneKey) this.body = undefined;
  }

  /** Calls the caller back, where that is how he is answered, when the request is out of the lane and its place is free. */
  deliver(): void {}

  /** Gives the caller the result, once. */
  protected abstract resolve(result: T): void;

  /** Tells the caller that there will be none, once. */
  protected abstract reject(error: unknown): void;

  /** Counts a reply, or throws when it belongs to another request. */
  protected check(reply: Reply): void {
    if (!this.#isMine(reply))
      throw new MemcacheError('ERR_MEMCACHE_PROTOCOL', 'a reply does not belong to its request');
    if (this.#opaque >= 0) this.#opaque++;
    this.isAnswered = true;
  }

  /** True when the caller is to be answered now: he has not been, and will not be again. */
  protected settle(error: unknown): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.#forgetSignal !== undefined) {
      this.#forgetSignal();
      this.#forgetSignal = undefined;
    }
    this.onSettled?.(error);
    return true;
  }

  /** Replies without an opaque number are the ones to which memcached adds none: `EN`, `MN` and errors. */
  #isMine(reply: Reply): boolean {
    if (reply.opaque >= 0 || this.#opaque < 0) return reply.opaque === this.#opaque;
    return reply.status === 'EN' || reply.status === 'MN' || reply.status.endsWith('ERROR');
  }
}
