import type { Socket } from 'node:net';

import { type Clock, describeError } from '@lockstep/core';

import { MemcacheError } from '../driver/memcache-error.ts';
import { type CollectAnswer, moreReplies } from './binary-answer.ts';
import { type BinaryRequest, opcodes, plainRequest, toBytes } from './binary-request.ts';
import type { MemjsModule, MemjsResponse, MemjsServer } from './memjs-module.ts';
import { type Caller, type PendingCall, PendingCalls } from './pending-calls.ts';

const responseMagic = 0x81;
const headerBytes = 24;
const maxCopiedBytes = 64 * 1024;
/** A key, the extras, and room to spare. */
const maxOverheadBytes = 1024;

/** What a session needs to know. */
export interface SessionOptions {
  /** The server's name, for messages. */
  readonly node: string;
  readonly clock: Clock;
  /** Milliseconds of silence, with calls in flight, after which a deadline that passes ends the connection. */
  readonly silenceMs: number;
  /** The longest value to accept. */
  readonly maxValueBytes: number;
  /** The first opaque number. @default 0 */
  readonly firstOpaque?: number;
  /** How many opaque numbers there are before they start over. @default 2^32 */
  readonly opaqueCount?: number;
  /** The first reply has come. */
  readonly onUp?: () => void;
  /** Called once, when the connection has ended. */
  readonly onEnd?: (error: MemcacheError) => void;
}

/**
 * A command without effect behind each write. A reply counts when the next one is found where it
 * ends: the binary protocol does not mark the end of a value, so that one which has lost bytes on the
 * way would be filled up with those of the next reply.
 */
const barrier = plainRequest(opcodes.noop);
const nobody: Caller = { hasLeft: true };

/**
 * One connection of memjs, from its first call to its end. memjs keeps the bytes of a broken
 * connection and puts the next one's after them; so a connection that has ended is never used again.
 */
export class MemjsSession {
  /** Replies so far, refusals included. */
  answered = 0;
  readonly #memjs: MemjsModule;
  readonly #server: MemjsServer;
  readonly #options: SessionOptions;
  readonly #pending: PendingCalls;
  readonly #destroy: (error: unknown) => void;
  #unsent: PendingCall[] = [];
  #held: { readonly call: PendingCall; readonly response: MemjsResponse } | undefined;
  #socket: Socket | undefined;
  #isFlushing = false;
  #heardAt = 0;
  #end: MemcacheError | undefined;

  constructor(memjs: MemjsModule, server: MemjsServer, options: SessionOptions) {
    this.#memjs = memjs;
    this.#server = server;
    this.#options = options;
    this.#pending = new PendingCalls(options.firstOpaque, options.opaqueCount);
    this.#destroy = server.error.bind(server);
    const handleChunk = server.responseHandler.bind(server);
    server.respond = (response) => this.#take(response);
    server.error = (error) => this.retire(this.#lost(describeError(error), error));
    server.responseHandler = (chunk) => this.#hear(chunk, handleChunk);
  }

  /** Whether its connection has ended. */
  get isRetired(): boolean {
    return this.#end !== undefined;
  }

  /** Commands that wait for their replies. */
  get pendingOps(): number {
    return this.#pending.size;
  }

  /** Bytes of the commands that wait for their replies. */
  get pendingBytes(): number {
    return this.#pending.bytes;
  }

  /** Sends a command, together with all others of this turn of the event loop. */
  call<T>(request: BinaryRequest, collect: CollectAnswer<T>, caller: Caller): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#end !== undefined) {
        reject(this.#end);
        return;
      }
      if (this.#pending.size === 0) this.#heardAt = this.#options.clock.monotonic();
      this.#unsent.push(this.#pending.add({ request, caller, collect, resolve, reject }));
      this.#scheduleFlush();
    }) as Promise<T>;
  }

  /**
   * A deadline has passed. The connection goes with it when it has been silent for too long, or when
   * a reply is lost for certain because a later one has come. Else the others in flight go on.
   */
  expire(caller: Caller): void {
    if (this.#pending.size === 0) return;
    const isSilent = this.#options.clock.monotonic() - this.#heardAt >= this.#options.silenceMs;
    if (this.#pending.hasLost(caller)) this.retire(this.#lost('a reply was lost'));
    else if (isSilent) this.retire(this.#lost('it does not answer'));
  }

  /** Ends the connection; everything that waits rejects with `error`. */
  retire(error: MemcacheError): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    const waiting = this.#pending.clear();
    const unsent = new Set(this.#unsent);
    this.#unsent = [];
    this.#held = undefined;
    // What the kernel still holds must not be carried out after later writes.
    if (waiting.length > 0 && this.#socket?.connecting === false) this.#socket.resetAndDestroy();
    this.#destroy(error);
    // Else the rest of a broken stream, taken for a step of the authentication, would connect again.
    this.#server.sock = () => {};
    for (const call of waiting) call.reject(unsent.has(call) ? error : afterSending(error));
    this.#options.onEnd?.(error);
  }

  #scheduleFlush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const flush = (): void => this.#flush();
    if (this.#pending.size > 1) setImmediate(flush);
    else process.nextTick(flush);
  }

  #flush(): void {
    if (this.isRetired) return;
    if (this.#socket !== undefined) {
      this.#write(this.#socket);
      return;
    }
    this.#server.sock(false, (socket) => {
      this.#socket = socket;
      this.#write(socket);
    });
    const socket = this.#server._socket;
    if (socket === undefined) {
      this.retire(new MemcacheError('ERR_MEMCACHE_UNSUPPORTED', 'this version of memjs hides its socket'));
      return;
    }
    socket.setNoDelay(true);
    // memjs does not see a server that hangs up.
    socket.once('close', () => this.retire(this.#lost('the connection was closed')));
  }

  #write(socket: Socket): void {
    this.#isFlushing = false;
    const unsent = this.#unsent;
    this.#unsent = [];
    const isWanted = (call: PendingCall): boolean => !call.caller.hasLeft;
    for (const call of unsent) if (!isWanted(call)) this.#pending.drop(call);
    const wanted = unsent.filter(isWanted);
    if (wanted.length === 0) return;
    const done = (): void => {};
    const last = { request: barrier, caller: nobody, collect: done, resolve: done, reject: done };
    const requests = [...wanted, this.#pending.add(last)];
    const parts = requests.map(({ request, opaque }) => toBytes(this.#memjs, request, opaque));
    // Many small buffers cost a socket more than one large copy; a large value is better not copied.
    if (this.#pending.bytes <= maxCopiedBytes) {
      socket.write(Buffer.concat(parts));
      return;
    }
    socket.cork();
    for (const part of parts) socket.write(part);
    socket.uncork();
  }

  #hear(chunk: Buffer, handleChunk: (chunk: Buffer) => void): void {
    if (this.isRetired) return;
    this.#heardAt = this.#options.clock.monotonic();
    handleChunk(chunk);
    const rest = this.#server.responseBuffer;
    if (this.isRetired || rest.length === 0) return;
    // What memjs takes for a reply that is not whole yet may be one that never will be.
    if (rest[0] !== responseMagic) this.#desynchronize('its bytes are no reply');
    else if (rest.length >= headerBytes) this.#checkLength(rest);
  }

  #checkLength(header: Buffer): void {
    const body = header.readUInt32BE(8);
    if (body > this.#options.maxValueBytes + maxOverheadBytes)
      this.#desynchronize(`a reply of ${body} bytes was announced`);
    else if (body < header.readUInt16BE(2) + header.readUInt8(4))
      this.#desynchronize('a reply is shorter than its key');
  }

  #take(response: MemjsResponse): void {
    if (this.isRetired) return;
    const { magic, opcode, opaque } = response.header;
    const call = this.#pending.get(opaque);
    if (magic !== responseMagic || call === undefined || call.request.opcode !== opcode) {
      this.#desynchronize('a reply does not belong to any call');
      return;
    }
    // Nothing else that is asked for has one: these bytes would be missing from a value.
    if (response.key.length > 0 && opcode !== opcodes.stat) {
      this.#desynchronize('a reply has a key');
      return;
    }
    const held = this.#held;
    this.#held = { call, response };
    if (held !== undefined) this.#settle(held.call, held.response);
    if (opcode !== opcodes.noop || this.isRetired) return;
    this.#held = undefined;
    this.#settle(call, response);
  }

  #settle(call: PendingCall, response: MemjsResponse): void {
    try {
      const result = call.collect(response);
      if (result === moreReplies) return;
      call.resolve(result);
    } catch (error) {
      call.reject(error);
      if (error instanceof MemcacheError && error.code === 'ERR_MEMCACHE_PROTOCOL') this.retire(error);
    }
    if (call.request !== barrier && ++this.answered === 1 && !this.isRetired) this.#options.onUp?.();
    this.#pending.answer(call);
  }

  #desynchronize(reason: string): void {
    this.retire(new MemcacheError('ERR_MEMCACHE_PROTOCOL', `${this.#options.node}: ${reason}`));
  }

  #lost(reason: string, cause?: unknown): MemcacheError {
    const code = this.answered === 0 ? 'ERR_MEMCACHE_NODE_DOWN' : 'ERR_MEMCACHE_CONNECTION_LOST';
    return new MemcacheError(code, `${this.#options.node}: ${reason}`, { cause });
  }
}

/** ERR_MEMCACHE_NODE_DOWN promises that nothing was sent. */
function afterSending(error: MemcacheError): MemcacheError {
  if (error.code !== 'ERR_MEMCACHE_NODE_DOWN') return error;
  return new MemcacheError('ERR_MEMCACHE_CONNECTION_LOST', error.message, { cause: error });
}
