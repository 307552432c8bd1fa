import { once } from 'node:events';
import { chmod, lstat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { isMainThread } from 'node:worker_threads';

import type { ListenTarget, ServerAddress } from './listen-target.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** What a listener tells of. */
export interface ListenerEvents {
  /** A client that may talk; behind TLS, after the handshake. */
  readonly onClient: (socket: Socket) => void;
  /** How many connections may be in or past their handshake, where there is one. */
  readonly maxHandshakes: number;
  /** Somebody could not be let in, as when the system has no file or no memory for it. It goes on to listen. */
  readonly onError: (error: Error) => void;
}

/** One address that clients connect to. */
export class Listener {
  readonly #server: Server;
  /** What TLS connections stand on, from before their handshake. */
  readonly #carriers = new Set<Socket>();
  #address: ServerAddress | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Starts to listen. Rejects with the system's error, or that of node:tls for a bad certificate. */
  static async open(target: ListenTarget, events: ListenerEvents): Promise<Listener> {
    // Half open, because a client may say all it has to say, end, and read the replies.
    const options = { allowHalfOpen: true, noDelay: true };
    const tls = 'tls' in target ? target.tls : undefined;
    if (tls === undefined) return new Listener(createServer(options, events.onClient)).#start(target, events);
    const hasAuthority = tls.ca !== undefined;
    const server = createTlsServer(
      { ...options, ...tls, requestCert: hasAuthority, handshakeTimeout: HANDSHAKE_TIMEOUT_MS },
      (socket) => events.onClient(socket),
    );
    const listener = new Listener(server);
    server.on('connection', (socket) => listener.#carry(socket, events.maxHandshakes));
    return listener.#start(target, events);
  }

  get address(): ServerAddress | undefined {
    return this.#address;
  }

  /** Accepts nobody any more. Once `clientsGone` has resolved, it cuts handshakes that have not ended. */
  async close(clientsGone: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#address = undefined;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await clientsGone;
    for (const socket of this.#carriers) socket.destroy();
    await closed;
  }

  async #start(target: ListenTarget, { onError }: ListenerEvents): Promise<this> {
    await this.#listen(target);
    // Not before: what keeps it from listening rejects.
    this.#server.on('error', onError);
    return this;
  }

  #carry(socket: Socket, maxHandshakes: number): void {
    if (this.#carriers.size >= maxHandshakes) {
      socket.destroy();
      return;
    }
    this.#carriers.add(socket);
    socket.once('close', () => this.#carriers.delete(socket));
  }

  async #listen(target: ListenTarget): Promise<void> {
    try {
      await this.#bind(target);
    } catch (error) {
      const isTaken = 'path' in target && (error as { code?: unknown }).code === 'EADDRINUSE';
      if (!isTaken) throw error;
      // The system refuses to connect to a regular file just as to a socket that nobody listens on.
      if (!(await lstat(target.path)).isSocket()) {
        throw new TypeError(`listen.path must be free or a unix socket, got ${target.path}, which is something else`, {
          cause: error,
        });
      }
      if (!(await isAbandoned(target.path))) throw error;
      // A process that was killed leaves its socket behind, and nobody listens on it.
      await unlink(target.path);
      await this.#bind(target);
    }
  }

  async #bind(target: ListenTarget): Promise<void> {
    const server = this.#server;
    if (!('path' in target)) server.listen({ port: target.port, host: target.host ?? '127.0.0.1' });
    else listenOnPath(server, target.path, target.mode);
    await once(server, 'listening');
    // What the umask took away; and a worker of a cluster has its socket made by another process.
    if ('path' in target && target.mode !== undefined) await chmod(target.path, target.mode);
    const address = server.address();
    if (address === null) throw new TypeError('a server that listens has an address');
    this.#address = typeof address === 'string' ? { path: address } : { port: address.port, host: address.address };
  }
}

/** Has the socket made without the permissions that it must not have at any time. */
function listenOnPath(server: Server, path: string, mode: number | undefined): void {
  // Threads cannot set it: they share it.
  if (mode === undefined || !isMainThread) {
    server.listen({ path });
    return;
  }
  const before = process.umask(0o777 & ~mode);
  try {
    // The socket is bound before this returns.
    server.listen({ path });
  } finally {
    process.umask(before);
  }
}

/** True when there is a socket at `path` that refuses connections. */
async function isAbandoned(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}
