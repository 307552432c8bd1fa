import { withDeadline } from '@lockstep/core';
import type { MetaReply, MetaRequest } from '@lockstep/memcache';

import type { MemcacheCall } from '../../../src/shared/memcache-target.ts';
import { SimConnection } from '../redis/sim-connection.ts';
import type { Link } from '../world/link.ts';
import type { SimProcess } from '../world/sim-process.ts';
import type { MemcachedConnection, SimMemcachedServer } from './sim-memcached-server.ts';

/** What a client is like. */
export interface SimMemcachedClientOptions {
  readonly process: SimProcess;
  readonly server: SimMemcachedServer;
  readonly link: Link;
}

interface Asked {
  readonly request: MetaRequest;
  readonly settle: (answer: MetaReply | Error) => void;
}

/**
 * One connection to a memcached, made when it is needed. What is under way when it ends fails, and is never sent again;
 * what nobody waits for any more may arrive all the same.
 */
export class SimMemcachedClient {
  readonly #options: SimMemcachedClientOptions;
  #connection: MemcachedConnection | undefined;
  #isReady = false;
  #generation = 0;
  #queue: Asked[] = [];
  #sent: Asked[] = [];

  constructor(options: SimMemcachedClientOptions) {
    this.#options = options;
  }

  /** Grows with each connection that is lost. */
  get generation(): number {
    return this.#generation;
  }

  send(request: MetaRequest, { timeoutMs = 300, signal }: MemcacheCall): Promise<MetaReply> {
    const answered = new Promise<MetaReply>((resolve, reject) => {
      const settle = (answer: MetaReply | Error): void => (answer instanceof Error ? reject(answer) : resolve(answer));
      const asked = { request, settle };
      if (this.#isReady) this.#ask(asked);
      else this.#queue.push(asked);
      if (this.#connection === undefined) this.#connect();
    });
    const onTimeout = (): Error => new Error('memcached did not answer in time');
    return withDeadline(answered, { ms: timeoutMs, signal, onTimeout, clock: this.#options.process.clock });
  }

  close(): void {
    this.#connection?.close();
  }

  #ask(asked: Asked): void {
    const { server } = this.#options;
    const connection = this.#connection!;
    this.#sent.push(asked);
    connection.send(() => server.receive(connection, asked.request));
  }

  #connect(): void {
    const { process, server, link } = this.#options;
    const connection: MemcachedConnection = new SimConnection<MetaReply>(link, process, {
      onReply: (answer) => this.#sent.shift()?.settle(answer),
      onMessage: () => undefined,
      onClose: () => this.#closed(),
    });
    this.#connection = connection;
    if (server.isDown || link.state === 'refused') {
      connection.close();
      return;
    }
    connection.send(() => {
      if (server.isDown) {
        connection.close();
        return;
      }
      server.accept(connection);
      connection.establish(() => {
        this.#isReady = true;
        for (const asked of this.#queue.splice(0)) this.#ask(asked);
      });
    });
  }

  #closed(): void {
    this.#isReady = false;
    this.#connection = undefined;
    this.#generation++;
    for (const { settle } of [...this.#sent.splice(0), ...this.#queue.splice(0)])
      settle(new Error('the connection ended'));
  }
}
