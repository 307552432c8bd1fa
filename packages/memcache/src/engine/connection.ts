import { type Clock, describeError, type Timer } from '@lockstep/core';

import { MemcacheError } from '../driver/memcache-error.ts';
import { describeAddress, type NodeAddress } from '../driver/node-address.ts';
import { ReplyParser } from '../protocol/reply-parser.ts';
import type { Reply } from '../protocol/reply.ts';
import { DirectRequest } from './direct-request.ts';
import { type OpenSocket, openSocket } from './open-socket.ts';
import { Outbox } from './outbox.ts';
import { RequestQueue } from './request-queue.ts';
import type { Request } from './request.ts';
import type { ResolvedTransportOptions } from './transport-options.ts';

const maxGatheredBytes = 64 * 1024;
const maxGatheredRequests = 128;
/** From so many on, requests do not wait for the end of the turn when the server has no more than these to do. */
const minGatheredRequests = 4;

/** What a connection is given. */
export interface ConnectionOptions extends Pick<ResolvedTransportOptions, 'tls' | 'lookup' | 'flush'> {
  readonly address: NodeAddress;
  readonly clock: Clock;
  /** Bounds the handshakes and the answer to the first `version`, together. */
  readonly connectTimeoutMs: number;
  /** Silence for this long, with requests in flight, ends the connection. */
  readonly hardTimeoutMs: number;
  readonly maxValueBytes: number;
  /** The server has answered `version`: requests may be sent. */
  readonly onReady: (version: string) => void;
  /** All replies to a request have arrived: it has left its place in the queue. */
  readonly onReleased: (request: Request) => void;
  /** Called once, with the requests in flight. They are the callee's from then on. */
  readonly onLost: (error: MemcacheError, orphans: RequestQueue) => void;
}

/**
 * One TCP, TLS or unix connection, from its start to its end. All state of the stream (parser, FIFO,
 * gathered bytes) lives and dies with it, so that nothing of a broken stream reaches the next one.
 */
export class Connection {
  /** Replies to requests, the first `version` not counted. */
  answered = 0;
  readonly #options: ConnectionOptions;
  readonly #link: OpenSocket;
  readonly #parser: ReplyParser;
  /** What is not written yet. */
  readonly outbox: Outbox;
  readonly #inFlight = new RequestQueue();
  readonly #connectTimer: Timer;
  #isReady = false;
  #isOver = false;
  #isFlushScheduled = false;
  #gathered = 0;
  /** Requests that were written and are not answered. */
  #unanswered = 0;
  #lastReceivedAt = 0;

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    const { address, clock, connectTimeoutMs, maxValueBytes } = options;
    this.#link = openSocket(address, options);
    const { socket } = this.#link;
    this.#parser = new ReplyParser({
      maxValueBytes,
      onReply: (reply) => this.#takeReply(reply),
      onBlock: (reply, bytes, start, end) => this.#takeBlock(reply, bytes, start, end),
    });
    this.outbox = new Outbox(socket);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#lose(`the connection failed: ${describeError(error)}`, error));
    socket.on('end', () => this.#lose('the server closed the connection'));
    socket.on('close', () => this.#lose('the connection was closed'));
    this.#connectTimer = clock.setTimer(
      () => this.#lose(`no connection within ${connectTimeoutMs} ms`),
      connectTimeoutMs,
    );
    socket.write('version\r\n', 'latin1');
  }

  /** Starts to connect. */
  static open(options: ConnectionOptions): Connection {
    return new Connection(options);
  }

  /** The oldest request in flight; the others follow by `next`. */
  get oldest(): Request | undefined {
    return this.#inFlight.first;
  }

  /** Sends a request: with the others of this turn, or, unless told otherwise, of this very callback when nothing is on its way. */
  send(request: Request): void {
    this.outbox.add(request);
    this.follow(request);
  }

  /** Takes a request whose command is in the outbox. */
  follow(request: Request): void {
    const isIdle = this.#inFlight.first === undefined;
    this.#inFlight.push(request);
    this.#gathered++;
    if (this.#isDue) this.#flush();
    else if (!this.#isFlushScheduled) {
      this.#isFlushScheduled = true;
      if (isIdle && this.#options.flush === 'now') process.nextTick(this.#flushScheduled);
      else setImmediate(this.#flushScheduled);
    }
  }

  /**
   * Rejects whose deadline has passed, and ends the connection when it has been silent for too long.
   *
   * @returns the monotonic moment at which to look again.
   */
  sweep(now: number): number {
    const oldest = this.#inFlight.first;
    if (oldest === undefined) return Infinity;
    const { address, hardTimeoutMs } = this.#options;
    const silentAt = Math.max(oldest.sentAt, this.#lastReceivedAt) + hardTimeoutMs;
    let nextAt = silentAt;
    for (let request: Request | undefined = oldest; request !== undefined; request = request.next) {
      if (request.isSettled) continue;
      if (request.deadline > now) nextAt = Math.min(nextAt, request.deadline);
      else
        request.fail(new MemcacheError('ERR_MEMCACHE_TIMEOUT', `no answer from ${describeAddress(address)} in time`));
    }
    if (silentAt > now) return nextAt;
    this.#lose(`nothing was received for ${hardTimeoutMs} ms`);
    return Infinity;
  }

  /** Ends the connection and hands over what is in flight, with `error`. Resolves when the socket is closed. */
  async close(error: MemcacheError): Promise<void> {
    this.#end(error);
    const { socket } = this.#link;
    if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }

  /**
   * A server that has answered all sleeps until the next write, and to wake it costs both sides more than a write does:
   * it gets a few requests at once, and then always as many as it has, while the turn goes on. Unless those of the whole
   * turn are wanted in one write.
   */
  get #isDue(): boolean {
    const gathered = this.#gathered;
    const isAwaited = this.#options.flush === 'now' && gathered >= minGatheredRequests;
    if (isAwaited && gathered >= this.#unanswered) return true;
    return gathered >= maxGatheredRequests || this.outbox.bytes >= maxGatheredBytes;
  }

  readonly #flushScheduled = (): void => {
    this.#isFlushScheduled = false;
    this.#flush();
  };

  #flush(): void {
    this.#unanswered += this.#gathered;
    this.#gathered = 0;
    if (!this.#isOver) this.outbox.flush();
  }

  #receive(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#lastReceivedAt = this.#options.clock.monotonic();
    try {
      this.#parser.push(chunk);
    } catch (error) {
      this.#loseStep(error);
    }
  }

  #takeReply(reply: Reply): void {
    if (!this.#isReady) {
      this.#greet(reply);
      return;
    }
    const request = this.#inFlight.first;
    if (request === undefined) throw new MemcacheError('ERR_MEMCACHE_PROTOCOL', 'a reply to no request');
    if (!request.take(reply)) return;
    this.#release(request);
    request.deliver();
  }

  /** A value that somebody wants where it lies. */
  #takeBlock(reply: Reply, bytes: Buffer, start: number, end: number): boolean {
    const request = this.#inFlight.first;
    if (!(request instanceof DirectRequest)) return false;
    request.takeValue(reply, bytes, start, end);
    this.#release(request);
    request.deliver();
    return true;
  }

  #release(request: Request): void {
    this.#inFlight.shift();
    this.#unanswered--;
    this.answered++;
    this.#options.onReleased(request);
  }

  #greet(reply: Reply): void {
    if (reply.status !== 'VERSION')
      throw new MemcacheError('ERR_MEMCACHE_PROTOCOL', 'the answer to `version` is no version');
    this.#isReady = true;
    this.#connectTimer.cancel();
    this.#options.onReady(reply.text);
  }

  /** Replies can no longer be told apart: no reply after this one may be believed. */
  #loseStep(cause: unknown): void {
    const node = describeAddress(this.#options.address);
    this.#end(new MemcacheError('ERR_MEMCACHE_PROTOCOL', `${node} is out of step: ${describeError(cause)}`, { cause }));
  }

  #lose(reason: string, cause?: unknown): void {
    if (this.#isOver) return;
    const node = describeAddress(this.#options.address);
    this.#end(new MemcacheError('ERR_MEMCACHE_CONNECTION_LOST', `${node}: ${reason}`, { cause }));
  }

  #end(error: MemcacheError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connectTimer.cancel();
    // A reset makes the kernel drop what it has not delivered, so that a write that was reported as
    // failed does not arrive after a later one.
    this.#link.reset();
    this.#options.onLost(error, this.#inFlight);
  }
}
