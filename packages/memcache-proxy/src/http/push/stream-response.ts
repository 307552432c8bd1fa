import type { Clock, Timer } from '@lockstep/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { encodeEvent, encodeHeartbeat, type StreamEvent } from './stream-event.ts';
import { STREAM_TYPES, type StreamFormat } from './stream-format.ts';

/** What a stream is opened with. All times in milliseconds. */
export interface StreamResponseOptions {
  readonly format: StreamFormat;
  readonly clock: Clock;
  /** After how long a silence a heartbeat is sent. 0: never. */
  readonly heartbeatMs: number;
  /** A client that takes nothing for this long is dropped. */
  readonly stallMs: number;
  /** How long the last bytes may take after `end`. */
  readonly drainMs: number;
  /** Where the client is: goes out with the heartbeats. */
  readonly position?: () => string | undefined;
}

/**
 * An HTTP response that goes on: headers now, events as they come, until the client is gone or `end` is
 * called. It holds back nothing itself: `isFull` says when the client's socket takes no more.
 */
export class StreamResponse {
  readonly format: StreamFormat;
  readonly #reply: FastifyReply;
  readonly #request: FastifyRequest;
  readonly #options: StreamResponseOptions;
  readonly #gone = new AbortController();
  readonly #closed: Promise<void>;
  #heartbeat: Timer | undefined;
  #stall: Timer | undefined;
  #deadline: Timer | undefined;
  #isFull = false;
  #isEnding = false;
  #onRoom = (): void => {};

  constructor(request: FastifyRequest, reply: FastifyReply, options: StreamResponseOptions) {
    this.format = options.format;
    this.#request = request;
    this.#reply = reply;
    this.#options = options;
    const { raw } = reply;
    this.#closed = new Promise((resolve) => raw.once('close', resolve));
    raw.once('close', this.#onGone);
    raw.on('drain', this.#onDrain);
    // What failed shows in the callback of the write and in `close`.
    raw.on('error', this.#onGone);
    // A client that half-closes has hung up, also where what it has not read keeps the socket open.
    request.raw.socket.once('end', this.#onGone);
  }

  /** Sends the status and the headers, with those that hooks have set. */
  open(): void {
    this.#reply.hijack();
    const { raw } = this.#reply;
    raw.writeHead(200, {
      ...(this.#reply.getHeaders() as Record<string, string>),
      'content-type': STREAM_TYPES[this.format],
      'cache-control': 'no-store',
      // nginx would collect the events otherwise.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    // Heartbeats and `stallMs` say how long a silence may last.
    raw.setTimeout(0, () => {});
    raw.flushHeaders();
    this.#beatLater();
  }

  /** Aborts when the client is gone, or was dropped. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Settles when the connection to the client has let go of the response. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** True while the client's socket takes no more. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Called each time that there is room again after `isFull`. */
  set onRoom(callback: () => void) {
    this.#onRoom = callback;
  }

  /** Writes an event. */
  send(event: StreamEvent, onFlushed?: (isFlushed: boolean) => void): void {
    this.write(encodeEvent(this.format, event), onFlushed);
  }

  /** Writes what `encodeEvent` made. `onFlushed` hears whether the operating system has taken all of it. */
  write(bytes: Buffer, onFlushed?: (isFlushed: boolean) => void): void {
    if (this.#gone.signal.aborted || this.#isEnding) {
      onFlushed?.(false);
      return;
    }
    const { raw } = this.#reply;
    const { socket } = this.#request.raw;
    const hasRoom = raw.write(bytes, (error) => {
      // Node reports a write that was under way when its socket was destroyed as done.
      onFlushed?.((error === null || error === undefined) && !socket.destroyed);
    });
    this.#beatLater();
    if (hasRoom || this.#isFull) return;
    this.#isFull = true;
    const { clock, stallMs } = this.#options;
    this.#stall = clock.setTimer(() => raw.destroy(), stallMs);
  }

  /** Resolves when there is room, or the client is gone. */
  async room(): Promise<void> {
    if (!this.#isFull || this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.signal.addEventListener('abort', () => resolve(), { once: true });
      this.#onRoom = resolve;
    });
  }

  /** Sends the last event and ends the response; what takes longer than `drainMs` is cut off. Idempotent. */
  end(event?: StreamEvent): Promise<void> {
    if (this.#isEnding || this.signal.aborted) return this.#closed;
    if (event !== undefined) this.send(event);
    this.#isEnding = true;
    this.#heartbeat?.cancel();
    const { raw } = this.#reply;
    const { clock, drainMs } = this.#options;
    raw.end();
    this.#deadline = clock.setTimer(() => raw.destroy(), drainMs);
    return this.#closed;
  }

  /** Drops the client. */
  drop(): void {
    this.#reply.raw.destroy();
  }

  readonly #onDrain = (): void => {
    this.#isFull = false;
    this.#stall?.cancel();
    this.#onRoom();
  };

  readonly #onGone = (): void => {
    this.#heartbeat?.cancel();
    this.#stall?.cancel();
    const { raw } = this.#reply;
    // After a half-close nothing else would free what the client has not read.
    if (!this.#isEnding && !raw.destroyed) raw.destroy();
    if (raw.destroyed || raw.closed) this.#deadline?.cancel();
    this.#request.raw.socket.removeListener('end', this.#onGone);
    this.#gone.abort();
  };

  #beatLater(): void {
    this.#heartbeat?.cancel();
    const { clock, heartbeatMs } = this.#options;
    if (heartbeatMs > 0) this.#heartbeat = clock.setTimer(this.#beat, heartbeatMs);
  }

  readonly #beat = (): void => {
    // A full socket needs nothing to stay open, and would only hold it back.
    if (this.#isFull) this.#beatLater();
    else this.write(encodeHeartbeat(this.format, this.#options.position?.()));
  };
}
