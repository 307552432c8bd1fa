import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import type { ReadResult } from '@lockstep/memcache';

import type { BackendReadOptions } from '../../backend/backend.ts';
import type { CacheFace } from '../cache/cache-face.ts';
import type { ClientGone } from '../guards/client-gone.ts';
import type { AnswerEnds } from './answer-ends.ts';
import type { LaneGuard, LaneVisitor } from './lane-guard.ts';
import { leaveLaneRead } from './lane-read.ts';
import { type PlainAnswer, toPlainAnswer } from './plain-answer.ts';
import { HeadReader, type PlainRead } from './request-head.ts';

/** Bytes of requests that may wait behind the one under way; more are left with the operating system. */
const MAX_WAITING_BYTES = 16_384;
/** Up to here head and body go out as one string, which costs least. */
const MAX_STRING_BYTES = 16_384;
/** A connection that says nothing at first is left to node:http, with its limits for slow heads, after so long. */
const FIRST_BYTE_MS = 1000;
/** By how much node:http keeps a connection longer than it tells the client. */
const KEEP_ALIVE_GRACE_MS = 1000;

/** What the connections of a fast lane share. */
export interface Lane {
  readonly face: CacheFace;
  readonly server: Server;
  /** Matches a request for one of its keys. */
  readonly line: RegExp;
  /** The pattern of the route. */
  readonly route: string;
  readonly maxHeadBytes: number;
  readonly guard: LaneGuard | undefined;
  readonly connections: Set<LaneConnection>;
  readonly ends: AnswerEnds;
  /** False as soon as the server drains. */
  isOpen(): boolean;
  /** True once no connection is to stay: from then on idle ones are closed. */
  isClosing(): boolean;
  /** Gives a connection to node:http, with the bytes that it is to read first. */
  handOver(socket: Socket, bytes: Buffer | undefined): void;
  /** An answer has been written. */
  answered(status: number, durationMs: number): void;
  /** The client left before that. */
  left(phase: ClientGone['phase']): void;
}

/** A connection in the fast lane, until it sends anything but plain reads. One request at a time, as in the routes. */
export class LaneConnection {
  readonly #lane: Lane;
  readonly #socket: Socket;
  readonly #heads: HeadReader;
  readonly #visitor: LaneVisitor | undefined;
  #state: 'new' | 'idle' | 'reading' | 'writing' = 'new';
  /** A client that has hung up is to cost no other pool a read. */
  readonly #asker: BackendReadOptions;
  /** From the first byte of the request under way on. */
  #bytes: Buffer | undefined;
  #request: PlainRead | undefined;
  #found: Promise<ReadResult> | undefined;
  #beganAtMs = 0;
  #status = 0;
  #isLast = false;
  /** The socket's timer is not that of an idle connection. */
  #isSlow = false;

  constructor(lane: Lane, socket: Socket) {
    this.#lane = lane;
    this.#socket = socket;
    this.#asker = { isWanted: () => !socket.destroyed };
    this.#heads = new HeadReader(lane.line, lane.maxHeadBytes);
    this.#visitor = lane.guard?.visitorOf(socket, lane.route);
    lane.connections.add(this);
    socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError);
    socket.on('close', this.#onClose).on('timeout', this.#onTimeout);
    socket.setTimeout(FIRST_BYTE_MS);
  }

  /** Ends it unless a request is under way. For the first request of a new one node:http waits, and so it gets it. */
  closeIfIdle(): void {
    if (this.#state === 'new') this.#handOver(undefined);
    else if (this.#state === 'idle') this.#socket.destroy();
  }

  /** Ends it now. */
  destroy(): void {
    this.#socket.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    // It has had its last answer.
    if (!this.#socket.writable) return;
    const bytes = this.#bytes === undefined ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#state === 'new' || this.#state === 'idle') {
      this.#serve(bytes);
      return;
    }
    this.#bytes = bytes;
    if (bytes.length > MAX_WAITING_BYTES) this.#socket.pause();
  };

  #serve(bytes: Buffer): void {
    const { face } = this.#lane;
    const request = this.#lane.isOpen() ? this.#readHead(bytes) : undefined;
    if (request === undefined) {
      this.#handOver(bytes);
      return;
    }
    if (this.#state === 'new') this.#socket.setTimeout(this.#idleMs());
    this.#state = 'reading';
    this.#bytes = bytes;
    this.#request = request;
    this.#beganAtMs = face.clock.monotonic();
    const found = readOf(face, request.key, this.#asker);
    this.#found = found;
    found.then(this.#onFound, this.#leave);
  }

  /** The request, where it is a plain one and the guards let it in. */
  #readHead(bytes: Buffer): PlainRead | undefined {
    const visitor = this.#visitor;
    if (visitor === undefined) return this.#heads.read(bytes);
    const nowMs = this.#lane.face.clock.now();
    const request = visitor.mayCome(nowMs) ? this.#heads.read(bytes) : undefined;
    return request !== undefined && visitor.mayRead(request.key, request.authorization, nowMs) ? request : undefined;
  }

  readonly #onFound = (found: ReadResult): void => {
    let answer: PlainAnswer | undefined;
    try {
      answer = toPlainAnswer(this.#lane.face, found);
    } catch {
      // The route meets the same error, and answers it.
    }
    if (answer === undefined) this.#leave();
    else this.#answer(answer);
  };

  /** Leaves a request to its route, with what was read for it. */
  readonly #leave = (): void => {
    const { key } = this.#request!;
    if (!this.#socket.writable) return;
    const waitedMs = this.#lane.face.clock.monotonic() - this.#beganAtMs;
    leaveLaneRead(this.#socket, { key, found: this.#found!, waitedMs });
    this.#handOver(this.#bytes);
  };

  #answer({ status, head, body }: PlainAnswer): void {
    const socket = this.#socket;
    const { ends, face, server } = this.#lane;
    if (!socket.writable) return;
    this.#state = 'writing';
    this.#status = status;
    this.#isLast = !this.#lane.isOpen();
    const text = head + ends.at(face.clock.now(), this.#isLast);
    if (body.length <= MAX_STRING_BYTES) {
      socket.write(text + body.toString('latin1', 0, body.length), 'latin1', this.#onWritten);
    } else {
      socket.cork();
      socket.write(text, 'latin1');
      socket.write(body, this.#onWritten);
      socket.uncork();
    }
    if (socket.writableLength === 0) return;
    // Who does not read does not keep the connection for longer than node:http would let it.
    this.#isSlow = true;
    socket.setTimeout(server.timeout);
  }

  readonly #onWritten = (error?: Error | null): void => {
    const { headBytes } = this.#request!;
    const socket = this.#socket;
    // `close` follows. The write of a socket that was destroyed ends without an error.
    if ((error !== undefined && error !== null) || socket.destroyed) return;
    this.#lane.answered(this.#status, this.#lane.face.clock.monotonic() - this.#beganAtMs);
    this.#state = 'idle';
    this.#found = undefined;
    const rest = this.#bytes!.length > headBytes ? this.#bytes!.subarray(headBytes) : undefined;
    this.#bytes = undefined;
    // Idle connections were closed when this answer, which did not say that it is the last, was on its way.
    if (this.#isLast || (rest === undefined && this.#lane.isClosing())) {
      socket.destroySoon();
      return;
    }
    if (this.#isSlow) {
      this.#isSlow = false;
      socket.setTimeout(this.#idleMs());
    }
    if (socket.isPaused() && (rest?.length ?? 0) <= MAX_WAITING_BYTES) socket.resume();
    if (rest !== undefined && socket.writable) this.#serve(rest);
  };

  #idleMs(): number {
    const { keepAliveTimeout, timeout } = this.#lane.server;
    return keepAliveTimeout > 0 ? keepAliveTimeout + KEEP_ALIVE_GRACE_MS : timeout;
  }

  #handOver(bytes: Buffer | undefined): void {
    const socket = this.#socket;
    this.#lane.connections.delete(this);
    socket.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError);
    socket.off('close', this.#onClose).off('timeout', this.#onTimeout);
    socket.setTimeout(0);
    this.#lane.handOver(socket, bytes);
  }

  /** As node:http does: who ends its side wants no answer to what it has asked. */
  readonly #onEnd = (): void => {
    this.#socket.end();
  };

  /** `close` follows, and says what it meant. */
  readonly #onError = (): void => undefined;

  readonly #onClose = (): void => {
    this.#lane.connections.delete(this);
    if (this.#state === 'reading') this.#lane.left('waiting');
    else if (this.#state === 'writing') this.#lane.left('answering');
  };

  readonly #onTimeout = (): void => {
    const { server } = this.#lane;
    if (this.#state === 'new') {
      this.#handOver(undefined);
    } else if (this.#state === 'reading' && !this.#isSlow && server.keepAliveTimeout > 0) {
      // This was the time of an idle one: a timer for each read would cost every one of them.
      this.#isSlow = true;
      this.#socket.setTimeout(server.timeout);
    } else {
      this.#socket.destroy();
    }
  };
}

function readOf({ backend }: CacheFace, key: string, asker: BackendReadOptions): Promise<ReadResult> {
  try {
    return backend.read(key, asker);
  } catch (error) {
    return Promise.reject(error);
  }
}
