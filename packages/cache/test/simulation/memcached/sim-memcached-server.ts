import type { MetaReply, MetaRequest } from '@lockstep/memcache';

import type { SimConnection } from '../redis/sim-connection.ts';
import type { Scheduler } from '../world/scheduler.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import { SimProcess } from '../world/sim-process.ts';
import { MemcachedModel } from './memcached-model.ts';

/** A connection to a memcached. */
export type MemcachedConnection = SimConnection<MetaReply>;

/** What a server is made of. */
export interface SimMemcachedServerOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly clockRate?: number;
  /** Replaces how a request is run: what an ablation hooks into. */
  readonly intercept?: (request: MetaRequest, run: (request: MetaRequest) => MetaReply) => MetaReply;
}

/** A memcached of the virtual world, over restarts. */
export class SimMemcachedServer {
  readonly process: SimProcess;
  readonly #options: SimMemcachedServerOptions;
  readonly #connections = new Set<MemcachedConnection>();
  #model: MemcachedModel;
  #isDown = false;

  constructor(options: SimMemcachedServerOptions) {
    const { scheduler, random, clockRate = 1 } = options;
    this.#options = options;
    this.process = new SimProcess({ name: 'memcached', scheduler, random, clockRate });
    this.#model = this.#newModel();
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  get model(): MemcachedModel {
    return this.#model;
  }

  accept(connection: MemcachedConnection): void {
    this.#connections.add(connection);
    connection.onClosed = () => void this.#connections.delete(connection);
  }

  /** A request that has arrived. */
  receive(connection: MemcachedConnection, request: MetaRequest): void {
    const { intercept = (given, run) => run(given) } = this.#options;
    this.process.deliver(() => {
      if (!connection.isClosed) connection.reply(intercept(request, (given) => this.#model.execute(given)));
    });
  }

  cutAll(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Connections of processes that are gone end. */
  reap(): void {
    for (const connection of this.#connections) if (!connection.isOwned) connection.close();
  }

  stop(): void {
    this.#isDown = true;
    this.cutAll();
  }

  /** Another process takes its place: it has nothing, and begins to count anew. */
  start(): void {
    this.process.thaw();
    this.#model = this.#newModel();
    this.#isDown = false;
  }

  #newModel(): MemcachedModel {
    return new MemcachedModel(() => Math.floor(this.process.clock.monotonic() / 1000));
  }
}
