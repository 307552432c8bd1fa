import type { Socket } from 'node:net';

import { publishFailure } from '../failure-channel.ts';
import { MemcacheProxyError } from '../memcache-proxy-error.ts';
import { ClientConnection, type ConnectionOptions } from './client-connection.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { Listener, type ListenerEvents } from './listener.ts';
import type { ListenTarget, ServerAddress } from './listen-target.ts';
import { ReplySlab } from './reply-slab.ts';
import { TOO_MANY_LINE } from './reply-line.ts';
import { type MemcacheServerOptions, type ResolvedServerOptions, resolveServerOptions } from './server-options.ts';
import { ServerStats } from './server-stats.ts';
import { statsReply } from './stats-reply.ts';

const KEEP_ALIVE_DELAY_MS = 30_000;

/** A server of the memcached text protocol. */
export interface MemcacheServer extends AsyncDisposable {
  /**
   * Starts to listen; call it again for further addresses.
   *
   * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_CLOSED during and after `close`, the system's error (EADDRINUSE,
   * EACCES), or that of node:tls for a certificate that is none.
   */
  listen(target: ListenTarget): Promise<ServerAddress>;
  /** Where it listens first, undefined before `listen` and after `close`. */
  readonly address: ServerAddress | undefined;
  /** Everywhere it listens. */
  readonly addresses: readonly ServerAddress[];
  /** How many clients are connected. */
  readonly connections: number;
  /** What `stats` shows, by the same names; `stats reset` starts it over. */
  readonly stats: ServerStats;
  /** Accepts nobody, answers what is under way, ends every connection; cuts those that take longer than `drainTimeoutMs`. Idempotent. */
  close(): Promise<void>;
}

/**
 * Puts the memcached text protocol, classic and meta, in front of a backend, as memcached 1.6.18 speaks it.
 *
 * A read of a key whose node is down is a miss; a write is `SERVER_ERROR` and a code.
 *
 * @throws RangeError when a limit is not a positive integer, TypeError for a word that is no option.
 */
export function createMemcacheServer(options: MemcacheServerOptions): MemcacheServer {
  return new TextServer(resolveServerOptions(options));
}

class TextServer implements MemcacheServer {
  readonly stats: ServerStats = new ServerStats();
  readonly #options: ResolvedServerOptions;
  readonly #connection: ConnectionOptions;
  readonly #watch: ConnectionWatch;
  readonly #startedAt: number;
  readonly #clients = new Map<Socket, ClientConnection>();
  readonly #listeners: Listener[] = [];
  readonly #opening = new Set<Promise<void>>();
  readonly #events: ListenerEvents;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedServerOptions) {
    this.#options = options;
    const { stats } = this;
    const tellStats = (words: readonly string[]): string => this.#tellStats(words);
    this.#connection = { ...options, stats, slab: new ReplySlab(), tellStats };
    this.#watch = new ConnectionWatch({ ...options, stats });
    this.#events = {
      onClient: (socket) => this.#accept(socket),
      maxHandshakes: options.maxConnections,
      onError: (error) => publishFailure({ operation: 'accept', error }),
    };
    this.#startedAt = options.clock.monotonic();
  }

  get address(): ServerAddress | undefined {
    return this.addresses[0];
  }

  get addresses(): readonly ServerAddress[] {
    return this.#listeners.flatMap(({ address }) => address ?? []);
  }

  get connections(): number {
    return this.#clients.size;
  }

  listen(target: ListenTarget): Promise<ServerAddress> {
    const listening = this.#listen(target);
    const settled: Promise<void> = listening.then(
      () => void this.#opening.delete(settled),
      () => void this.#opening.delete(settled),
    );
    this.#opening.add(settled);
    return listening;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(target: ListenTarget): Promise<ServerAddress> {
    this.#refuseWhenClosed();
    const listener = await Listener.open(target, this.#events);
    if (this.#closing !== undefined) await listener.close();
    this.#refuseWhenClosed();
    this.#listeners.push(listener);
    return listener.address as ServerAddress;
  }

  #refuseWhenClosed(): void {
    if (this.#closing === undefined) return;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLOSED', 'the server is closed');
  }

  #accept(socket: Socket): void {
    // A client that vanished: there is nobody left to tell, and 'close' follows.
    socket.on('error', () => {});
    if (this.#closing !== undefined) {
      socket.destroy();
      return;
    }
    if (this.#clients.size >= this.#options.maxConnections) {
      this.stats.rejectedConnections += 1;
      socket.end(`${TOO_MANY_LINE}\r\n`, () => socket.destroy());
      return;
    }
    const client = new ClientConnection(socket, this.#connection);
    this.stats.totalConnections += 1;
    this.#clients.set(socket, client);
    this.#watch.add(client);
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    socket.on('close', () => {
      this.#clients.delete(socket);
      this.#watch.remove(client);
    });
    client.start();
  }

  #tellStats(words: readonly string[]): string {
    const { clock, version, maxConnections, maxValueBytes, idleTimeoutMs, flushAll } = this.#options;
    return statsReply(words, this.stats, {
      version,
      uptimeSeconds: Math.floor((clock.monotonic() - this.#startedAt) / 1000),
      timeSeconds: Math.floor(clock.now() / 1000),
      connections: this.#clients.size,
      settings: [
        ['maxconns', maxConnections],
        ...this.addresses.map((address): [string, string | number] =>
          'path' in address ? ['domain_socket', address.path] : ['tcpport', address.port],
        ),
        ['udpport', 0],
        ['verbosity', 0],
        ['item_size_max', maxValueBytes],
        ['maxconns_fast', 'yes'],
        ['cas_enabled', 'yes'],
        ['flush_enabled', flushAll === 'allow' ? 'yes' : 'no'],
        ['shutdown_command', 'no'],
        ['dump_enabled', 'no'],
        ['detail_enabled', 'no'],
        ['idle_timeout', Number.isFinite(idleTimeoutMs) ? Math.ceil(idleTimeoutMs / 1000) : 0],
        ['num_threads', 1],
      ],
    });
  }

  async #close(): Promise<void> {
    // After this turn `#closing` is set, and what is opening closes itself.
    await Promise.resolve();
    const cut = this.#options.clock.setTimer(() => {
      for (const socket of this.#clients.keys()) socket.destroy();
    }, this.#options.drainTimeoutMs);
    // A listener counts sockets; a socket is gone when it says so.
    const gone = [...this.#clients].map(([socket, client]) => {
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      client.end();
      return closed;
    });
    const clientsGone = Promise.all(gone);
    await Promise.all([...this.#opening, ...this.#listeners.map((listener) => listener.close(clientsGone))]);
    await clientsGone;
    cut.cancel();
  }
}
