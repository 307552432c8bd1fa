import { EventEmitter } from 'node:events';

import type { RedisArgument, RedisConnection } from '@lockstep/core';

import type { Link } from '../world/link.ts';
import type { SimProcess } from '../world/sim-process.ts';
import { textOf, toBuffers, toBytes, toText } from './bytes.ts';
import type { Reply } from './reply.ts';
import { SimConnection } from './sim-connection.ts';
import type { SimRedisServer } from './sim-redis-server.ts';

/** What a client is like. */
export interface SimRedisClientOptions {
  readonly process: SimProcess;
  readonly server: SimRedisServer;
  readonly link: Link;
  /** About how long it waits before it connects again. @default 50 */
  readonly retryMs?: number;
  /** Whether commands without a reply are sent again after a reconnect, as ioredis does unless told otherwise. @default true */
  readonly resends?: boolean;
}

interface Sent {
  readonly args: readonly string[];
  readonly settle: (reply: Reply | Error) => void;
}

/** How often a command is tried over a new connection before it fails: the default of ioredis. */
const RETRIES_PER_REQUEST = 20;

/** A client as ioredis is one: queues while it is away, comes back, subscribes again. */
export class SimRedisClient extends EventEmitter implements RedisConnection {
  readonly #options: SimRedisClientOptions;
  readonly #channels = new Map<string, string>();
  #connection: SimConnection | undefined;
  #isReady = false;
  #isEnded = false;
  #attempts = 0;
  #sent: Sent[] = [];
  #queue: Sent[] = [];

  constructor(options: SimRedisClientOptions) {
    super();
    this.#options = options;
    options.process.schedule(() => this.#connect());
  }

  get status(): string {
    return this.#isEnded ? 'end' : this.#isReady ? 'ready' : 'connecting';
  }

  async call(command: string, ...args: (RedisArgument | RedisArgument[])[]): Promise<unknown> {
    return toText(await this.#request([command, ...args.flat()]));
  }

  async callBuffer(command: string, ...args: (RedisArgument | RedisArgument[])[]): Promise<unknown> {
    return toBuffers(await this.#request([command, ...args.flat()]));
  }

  subscribe(...channels: string[]): Promise<unknown> {
    return this.call('SUBSCRIBE', ...channels);
  }

  ssubscribe(...channels: string[]): Promise<unknown> {
    return this.call('SSUBSCRIBE', ...channels);
  }

  unsubscribe(...channels: string[]): Promise<unknown> {
    return this.call('UNSUBSCRIBE', ...channels);
  }

  duplicate(): SimRedisClient {
    return new SimRedisClient(this.#options);
  }

  disconnect(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#connection?.close();
    if (this.#connection === undefined) this.#end();
  }

  #request(args: readonly RedisArgument[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const settle = (reply: Reply | Error): void => (reply instanceof Error ? reject(reply) : resolve(reply));
      if (this.#isEnded) {
        settle(new Error('Connection is closed.'));
        return;
      }
      const sent = { args: args.map(toBytes), settle };
      this.#remember(sent.args);
      if (this.#isReady) this.#send(sent);
      else this.#queue.push(sent);
    });
  }

  #remember([verb = '', ...channels]: readonly string[]): void {
    const name = verb.toUpperCase();
    if (name === 'SUBSCRIBE' || name === 'SSUBSCRIBE') for (const each of channels) this.#channels.set(each, name);
    else if (name.endsWith('UNSUBSCRIBE')) for (const each of channels) this.#channels.delete(each);
  }

  #send(sent: Sent): void {
    const { server } = this.#options;
    const connection = this.#connection as SimConnection;
    this.#sent.push(sent);
    connection.send(() => server.receive(connection, sent.args));
  }

  #connect(): void {
    if (this.#isEnded) return;
    const { process, server, link } = this.#options;
    const connection = new SimConnection(link, process, {
      onReply: (reply) => this.#sent.shift()?.settle(reply),
      onMessage: (channel, message, isSharded) => {
        const name = isSharded || this.#channels.get(channel) === 'SSUBSCRIBE' ? 'smessage' : 'message';
        this.emit(name, textOf(channel), textOf(message));
        this.emit(`${name}Buffer`, Buffer.from(channel, 'latin1'), Buffer.from(message, 'latin1'));
      },
      onClose: () => this.#closed(),
    });
    this.#connection = connection;
    if (server.isDown || link.state === 'refused') {
      connection.close();
      process.schedule(() => this.#fail(new Error('connect ECONNREFUSED')));
      return;
    }
    // The handshake takes a round trip; while the network is silent it does not come to an end.
    connection.send(() => {
      if (server.isDown) {
        connection.close();
        return;
      }
      server.accept(connection);
      connection.establish(() => this.#ready());
    });
  }

  #ready(): void {
    this.#isReady = true;
    this.#attempts = 0;
    this.emit('connect');
    for (const [channel, verb] of this.#channels) this.#send({ args: [verb, channel], settle: () => undefined });
    for (const sent of this.#queue.splice(0)) this.#send(sent);
    this.emit('ready');
  }

  #closed(): void {
    this.#isReady = false;
    this.#connection = undefined;
    const lost = this.#sent.splice(0);
    const { process, resends = true, retryMs = 50 } = this.#options;
    this.emit('close');
    if (this.#isEnded) {
      this.#queue.unshift(...lost);
      this.#end();
      return;
    }
    if (resends) this.#queue.unshift(...lost);
    else for (const { settle } of lost) settle(new Error('Connection is closed.'));
    if (++this.#attempts % RETRIES_PER_REQUEST === 0)
      this.#flush(new Error('Reached the max retries per request limit'));
    this.emit('reconnecting');
    // Connections of one process come back one after the other, in any order.
    process.clock.setTimer(() => this.#connect(), retryMs * process.random.between(0.2, 4));
  }

  #end(): void {
    this.#flush(new Error('Connection is closed.'));
    this.emit('end');
  }

  #flush(error: Error): void {
    for (const { settle } of this.#queue.splice(0)) settle(error);
  }

  #fail(error: Error): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
  }
}
