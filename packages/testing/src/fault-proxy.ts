import { createServer, type Server } from 'node:net';

import type { BytePosition, ByteRange } from './byte-faults.ts';
import { listenOn, listenOnFreePort, LOOPBACK } from './free-port.ts';
import { type DelayOptions, LinkFaults, type ThrottleOptions } from './link-faults.ts';
import { ProxiedConnection, type Target } from './proxied-connection.ts';
import { TestingError } from './testing-error.ts';

/** What a proxy stands in front of. */
export interface FaultProxyOptions {
  /** A server, or an address such as `127.0.0.1:6379`. */
  readonly to: Target | string;
}

/**
 * A TCP proxy on a free loopback port that misbehaves when told to. Every fault holds for the
 * connections that are open and for those to come, until `heal()` or the opposite call.
 */
export interface FaultProxy extends AsyncDisposable {
  /** Always `127.0.0.1`. */
  readonly host: string;
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** How many clients are connected now. */
  readonly connections: number;
  /** Delivers each byte later, in order and without slowing the stream. Both are 0 unless given. */
  delay(options: DelayOptions): void;
  /** Closes all connections now; new ones are accepted. Bytes on the way are lost. */
  cut(): void;
  /** Resets all connections now (RST); new ones are accepted. */
  reset(): void;
  /** Stops listening: new connections are refused. Open ones go on. */
  refuse(): Promise<void>;
  /** Listens again on the same port. */
  accept(): Promise<void>;
  /**
   * Accepts and keeps connections but forwards nothing, neither bytes nor ends. As on a healed
   * network, what was sent meanwhile arrives after `heal()`.
   */
  halfOpen(): void;
  /** Limits the bytes per second. */
  throttle(options: ThrottleOptions): void;
  /** Removes bytes from the stream of each connection that has not passed them yet. */
  dropBytes(range: ByteRange): void;
  /** Inverts one byte in the stream of each connection that has not passed it yet. */
  corruptByte(position: BytePosition): void;
  /** Undoes every fault, and listens again if it refused. Closed connections stay closed. */
  heal(): Promise<void>;
  /** Closes all connections and stops listening. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts a fault proxy in front of a TCP server. The server need not run yet; while it does not, a
 * client is accepted and then reset.
 *
 * @throws TypeError or RangeError when `to` is not an address.
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new LoopbackFaultProxy(parseTarget(options.to));
  await proxy.open();
  return proxy;
}

class LoopbackFaultProxy implements FaultProxy {
  readonly host: string = LOOPBACK;
  readonly #target: Target;
  readonly #connections = new Set<ProxiedConnection>();
  readonly #faults = new LinkFaults(() => {
    for (const connection of this.#connections) connection.refresh();
  });
  #listener: Server | undefined;
  #port = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(target: Target) {
    this.#target = target;
  }

  get port(): number {
    return this.#port;
  }

  get address(): string {
    return `${this.host}:${this.#port}`;
  }

  get connections(): number {
    return this.#connections.size;
  }

  async open(): Promise<void> {
    this.#listener = this.#createListener();
    this.#port = await listenOnFreePort(this.#listener);
  }

  delay(options: DelayOptions): void {
    this.#faults.delay(options);
  }

  throttle(options: ThrottleOptions): void {
    this.#faults.throttle(options);
  }

  halfOpen(): void {
    this.#faults.halfOpen();
  }

  dropBytes(range: ByteRange): void {
    this.#faults.addByteFault('drop', range);
  }

  corruptByte(position: BytePosition): void {
    this.#faults.addByteFault('corrupt', { ...position, count: 1 });
  }

  cut(): void {
    for (const connection of this.#connections) connection.cut();
  }

  reset(): void {
    for (const connection of this.#connections) connection.reset();
  }

  refuse(): Promise<void> {
    return this.#inTurn(async () => {
      const listener = this.#listener;
      this.#listener = undefined;
      // Its 'close' event would wait for the open connections; the port is free at once.
      listener?.close();
    });
  }

  accept(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed) throw new TestingError('ERR_TESTING_CLOSED', 'The fault proxy was closed');
      if (this.#listener !== undefined) return;
      const listener = this.#createListener();
      await listenOn(listener, this.#port);
      this.#listener = listener;
    });
  }

  async heal(): Promise<void> {
    this.#faults.heal();
    await this.accept();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.refuse();
    const closed = [...this.#connections].map((connection) => connection.closed);
    this.cut();
    await Promise.all(closed);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #createListener(): Server {
    const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      const connection = new ProxiedConnection(client, this.#target, this.#faults);
      this.#connections.add(connection);
      void connection.closed.then(() => this.#connections.delete(connection));
      connection.open();
    });
    // A proxy that nobody closed must not keep the process alive; its connections do.
    listener.unref();
    return listener;
  }

  /** One after the other: a port that is being opened cannot be closed. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const run = this.#turn.then(work);
    // The caller hears of the failure; the next turn only waits for the end.
    this.#turn = run.catch(() => {});
    return run;
  }
}

function parseTarget(to: Target | string): Target {
  if (typeof to !== 'string') {
    if (!(Number.isInteger(to.port) && to.port > 0 && to.port < 65_536))
      throw new RangeError(`to.port must be between 1 and 65535, got ${to.port}`);
    return { host: to.host, port: to.port };
  }
  const [, host, port] = /^(?:tcp:\/\/)?\[?(.+?)\]?:(\d+)$/.exec(to) ?? [];
  if (host === undefined)
    throw new TypeError(`to must be an address such as 127.0.0.1:6379, got ${JSON.stringify(to)}`);
  return { host, port: Number(port) };
}
