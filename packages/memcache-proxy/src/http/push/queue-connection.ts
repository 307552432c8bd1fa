import { createConnection, type Socket } from 'node:net';

import { type Clock, describeError, withDeadline } from '@lockstep/core';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { type QueueReply, QueueReplyReader } from './queue-reply-reader.ts';
import type { QueueNode } from './queue-rules.ts';

/** How long a last command may take to leave. */
const LINGER_MS = 1000;

/** What a connection to one queue server is opened with. All times in milliseconds. */
export interface QueueConnectionOptions {
  readonly node: QueueNode;
  readonly queue: string;
  readonly maxItemBytes: number;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Opens a connection to a queue server.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_QUEUE_UNREACHABLE or QUEUE_TIMEOUT, and the signal's reason.
 */
export async function connectQueue(options: QueueConnectionOptions): Promise<QueueConnection> {
  const { node, connectTimeoutMs: ms, clock, signal } = options;
  signal.throwIfAborted();
  const { host, port } = node;
  const socket = createConnection(host.startsWith('/') ? { path: host } : { host, port: port ?? 22133 });
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => reject(unreachable(describeError(cause), cause)));
  });
  try {
    const onTimeout = (): Error => timedOut(`did not take the connection within ${ms} ms`);
    await withDeadline(connected, { ms, signal, clock, onTimeout });
  } catch (error) {
    // One that comes later would have no listener.
    socket.on('error', () => {});
    socket.destroy();
    throw error;
  }
  return new QueueConnection(socket, options);
}

/** One connection to a queue server, with one request under way at a time. */
export class QueueConnection {
  readonly #socket: Socket;
  readonly #options: QueueConnectionOptions;
  readonly #reader: QueueReplyReader;
  #waiting: { readonly resolve: (reply: QueueReply) => void; readonly reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;

  constructor(socket: Socket, options: QueueConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new QueueReplyReader(options.queue, options.maxItemBytes);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.unref();
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (cause) => this.#fail(unreachable(describeError(cause), cause)));
    socket.on('end', () => this.#fail(unreachable('closed the connection')));
    socket.on('close', () => this.#fail(unreachable('closed the connection')));
  }

  /**
   * Sends a command and resolves with its reply.
   *
   * @throws MemcacheProxyError with one of the QUEUE codes, and the signal's reason. Drop the connection then.
   */
  async request(command: string, ms: number): Promise<QueueReply> {
    if (this.#failure !== undefined) throw this.#failure;
    const { clock, signal } = this.#options;
    const reply = new Promise<QueueReply>((resolve, reject) => (this.#waiting = { resolve, reject }));
    this.#socket.write(`${command}\r\n`);
    const onTimeout = (): Error => timedOut(`did not answer within ${ms} ms`);
    return withDeadline(reply, { ms, signal, clock, onTimeout });
  }

  /** Sends a last command, whose answer nobody waits for, and closes. */
  endWith(command: string): void {
    if (this.#failure !== undefined || this.#socket.destroyed) return;
    this.#waiting = { resolve: () => this.#socket.end(), reject: () => {} };
    this.#socket.write(`${command}\r\n`);
    const linger = this.#options.clock.setTimer(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once('close', () => linger.cancel());
  }

  /** Closes at once: the server takes back what is open. */
  destroy(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    try {
      const waiting = this.#waiting;
      if (waiting === undefined) throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_QUEUE_PROTOCOL', unasked);
      const complete = this.#reader.push(chunk);
      if (complete === undefined) return;
      this.#waiting = undefined;
      waiting.resolve(complete.reply);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}

const unasked = 'the queue server sent something that nobody asked for';

function unreachable(what: string, cause?: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_QUEUE_UNREACHABLE', `the queue server: ${what}`, { cause });
}

function timedOut(what: string): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_QUEUE_TIMEOUT', `the queue server ${what}`);
}
