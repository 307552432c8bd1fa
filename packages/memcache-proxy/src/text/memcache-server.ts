import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';

import { systemClock } from '@lockstep/core';

import type { Backend } from '../backend/backend.ts';
import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { ClientConnection, type ConnectionOptions } from './client-connection.ts';

const KEEP_ALIVE_DELAY_MS = 30_000;

/** What the memcached face is made of. */
export interface MemcacheServerOptions {
  /** You own it, and the pool behind it. */
  readonly backend: Backend;
  /** Larger values are skipped and refused. @default 1048576 */
  readonly maxValueBytes?: number;
  /** A longer line that is not a `get` closes the connection. @default 2048 */
  readonly maxLineBytes?: number;
  /** A longer `get` line closes the connection. @default 262144 */
  readonly maxReadLineBytes?: number;
  /** Bytes under way on a connection, above which it takes no more requests. @default 1048576 */
  readonly maxPendingBytes?: number;
  /** How long `close` waits for replies that are under way, in milliseconds. @default 5000 */
  readonly drainTimeoutMs?: number;
  /** What `version` answers; clients look at it for features. @default '1.4.8' */
  readonly version?: string;
}

/** Where to listen: a TCP port (0 for any free one) or a unix socket. */
export type ListenTarget = { readonly port: number; readonly host?: string } | { readonly path: string };

/** Where a server listens; exactly one of the two shapes. */
export type ServerAddress = { readonly port: number; readonly host: string } | { readonly path: string };

/** A server of the memcached text protocol. */
export interface MemcacheServer extends AsyncDisposable {
  /**
   * Starts to listen; `host` is 127.0.0.1 unless given.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_LISTENING when it listens already,
   * ERR_MEMCACHE_PROXY_CLOSED after `close`, and the system's error (EADDRINUSE, EACCES) otherwise.
   */
  listen(target: ListenTarget): Promise<ServerAddress>;
  /** Where it listens, undefined before `listen` and after `close`. */
  readonly address: ServerAddress | undefined;
  /** How many clients are connected. */
  readonly connections: number;
  /** Accepts nobody, answers what is under way, ends every connection; cuts those that take longer than `drainTimeoutMs`. Idempotent. */
  close(): Promise<void>;
}

/**
 * Puts the memcached text protocol in front of a backend: get, gets, set, add, replace, cas, delete,
 * touch, incr, decr, version, verbosity and quit, as memcached 1.6.18 answers them.
 *
 * A read of a key whose node is down is a miss; a write is `SERVER_ERROR` and a code.
 *
 * @throws RangeError when a limit is not a positive integer.
 */
export function createMemcacheServer(options: MemcacheServerOptions): MemcacheServer {
  return new TextServer(options);
}

class TextServer implements MemcacheServer {
  readonly #options: ConnectionOptions;
  readonly #drainTimeoutMs: number;
  readonly #server: Server;
  readonly #clients = new Map<Socket, ClientConnection>();
  #address: ServerAddress | undefined;
  #state: 'new' | 'listening' | 'closed' = 'new';
  #closing: Promise<void> | undefined;

  constructor(options: MemcacheServerOptions) {
    const { maxValueBytes = 1_048_576, maxLineBytes = 2048, maxReadLineBytes = 262_144 } = options;
    const { maxPendingBytes = 1_048_576, drainTimeoutMs = 5000, version = '1.4.8', backend } = options;
    const limits = { maxValueBytes, maxLineBytes, maxReadLineBytes, maxPendingBytes, drainTimeoutMs };
    for (const [name, value] of Object.entries(limits)) {
      if (!Number.isSafeInteger(value) || value < 1)
        throw new RangeError(`${name} must be a positive integer, got ${value}`);
    }
    this.#options = { backend, version, maxValueBytes, maxLineBytes, maxReadLineBytes, maxPendingBytes };
    this.#drainTimeoutMs = drainTimeoutMs;
    // Half open, because a client may say all it has to say, end, and read the replies.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  get address(): ServerAddress | undefined {
    return this.#address;
  }

  get connections(): number {
    return this.#clients.size;
  }

  listen(target: ListenTarget): Promise<ServerAddress> {
    if (this.#state !== 'new') {
      const isClosed = this.#state === 'closed';
      const code = isClosed ? 'ERR_MEMCACHE_PROXY_CLOSED' : 'ERR_MEMCACHE_PROXY_LISTENING';
      return Promise.reject(new MemcacheProxyError(code, `the server ${isClosed ? 'is closed' : 'listens already'}`));
    }
    this.#state = 'listening';
    const where: ListenOptions =
      'path' in target ? { path: target.path } : { port: target.port, host: target.host ?? '127.0.0.1' };
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        if (this.#state === 'listening') this.#state = 'new';
        settle(() => reject(error));
      };
      const closed = (): void => fail(new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLOSED', 'the server was closed'));
      const settle = (outcome: () => void): void => {
        this.#server.off('error', fail).off('close', closed);
        outcome();
      };
      this.#server.once('error', fail).once('close', closed);
      this.#server.listen(where, () => {
        const address = readAddress(this.#server);
        this.#address = address;
        settle(() => resolve(address));
      });
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(socket: Socket): void {
    const client = new ClientConnection(socket, this.#options);
    this.#clients.set(socket, client);
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    // A client that vanished: there is nobody left to tell, and 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#clients.delete(socket));
    client.start();
  }

  async #close(): Promise<void> {
    const wasListening = this.#state === 'listening';
    this.#state = 'closed';
    this.#address = undefined;
    if (!wasListening) return;
    const cut = systemClock.setTimer(() => {
      for (const socket of this.#clients.keys()) socket.destroy();
    }, this.#drainTimeoutMs);
    const gone = [...this.#clients].map(([socket, client]) => {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      client.end();
      return closed;
    });
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // The server counts sockets; a socket is gone when it says so.
    await Promise.all(gone);
    cut.cancel();
  }
}

function readAddress(server: Server): ServerAddress {
  const address = server.address();
  if (address === null) throw new TypeError('a server that listens has an address');
  return typeof address === 'string' ? { path: address } : { port: address.port, host: address.address };
}
