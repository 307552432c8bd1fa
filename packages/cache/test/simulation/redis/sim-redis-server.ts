import type { Scheduler } from '../world/scheduler.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import { SimProcess } from '../world/sim-process.ts';
import { RedisModel } from './redis-model.ts';
import { OK, type Reply, ReplyError } from './reply.ts';
import type { SimConnection } from './sim-connection.ts';

/** The data of a server at one moment. */
export type Snapshot = ReturnType<RedisModel['keyspace']['dump']>;

/** What a server is made of. */
export interface SimRedisServerOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly clockRate?: number;
  readonly nodeEntries?: number;
  /** What every process says that it is. @default each another */
  readonly runId?: string;
  /** Replaces how a command is run: what an ablation hooks into. */
  readonly intercept?: (args: readonly string[], run: (args: readonly string[]) => Reply) => Reply;
}

/** A Redis of the virtual world, over restarts and failovers. */
export class SimRedisServer {
  readonly process: SimProcess;
  readonly #options: SimRedisServerOptions;
  readonly #connections = new Set<SimConnection>();
  readonly #channels = new Map<string, Set<SimConnection>>();
  #model: RedisModel;
  #isDown = false;

  constructor(options: SimRedisServerOptions) {
    const { scheduler, random, clockRate = 1 } = options;
    this.#options = options;
    this.process = new SimProcess({ name: 'redis', scheduler, random, clockRate });
    this.#model = this.#newModel();
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  get model(): RedisModel {
    return this.#model;
  }

  accept(connection: SimConnection): void {
    this.#connections.add(connection);
    connection.onClosed = () => {
      this.#connections.delete(connection);
      for (const members of this.#channels.values()) members.delete(connection);
    };
  }

  /** A command that has arrived. */
  receive(connection: SimConnection, args: readonly string[]): void {
    const { intercept = (given, run) => run(given) } = this.#options;
    this.process.deliver(() => {
      if (connection.isClosed) return;
      connection.reply(this.#answer(() => intercept(args, (given) => this.#run(connection, given))));
    });
  }

  /** CLIENT KILL: of subscribers, of the others, or of all. */
  kill(kind: 'pubsub' | 'normal' | 'all'): void {
    for (const connection of this.#connections) {
      const isSubscriber = [...this.#channels.values()].some((members) => members.has(connection));
      if (kind === 'all' || isSubscriber === (kind === 'pubsub')) connection.close();
    }
  }

  /** Connections of processes that are gone end. */
  reap(): void {
    for (const connection of this.#connections) if (!connection.isOwned) connection.close();
  }

  /** The data as a replica or a snapshot on disk has it. */
  snapshot(): Snapshot {
    return this.#model.keyspace.dump();
  }

  stop(): void {
    this.#isDown = true;
    this.kill('all');
  }

  /** Another process takes its place: after a restart, or as the replica that was promoted. */
  start(data?: Snapshot): void {
    this.process.thaw();
    this.#model = this.#newModel();
    if (data !== undefined) this.#model.keyspace.restore(data);
    this.#isDown = false;
  }

  #newModel(): RedisModel {
    const { random, nodeEntries = 1 } = this.#options;
    const drawn = Array.from({ length: 40 }, () => random.below(16).toString(16)).join('');
    const runId = this.#options.runId ?? drawn;
    const publish = (channel: string, message: string): number => this.#publish(channel, message);
    return new RedisModel({ runId, now: () => this.process.clock.now(), publish, nodeEntries });
  }

  #answer(run: () => Reply): Reply | Error {
    try {
      return run();
    } catch (error) {
      if (error instanceof ReplyError) return error;
      throw error;
    }
  }

  #run(connection: SimConnection, args: readonly string[]): Reply {
    const [verb = '', ...channels] = args;
    switch (verb.toUpperCase()) {
      case 'SUBSCRIBE':
      case 'SSUBSCRIBE':
        for (const channel of channels) this.#members(channel).add(connection);
        return channels.length;
      case 'UNSUBSCRIBE':
      case 'SUNSUBSCRIBE':
        for (const channel of channels) this.#members(channel).delete(connection);
        return channels.length;
      case 'CLIENT':
        return OK;
      default:
        return this.#model.execute(args);
    }
  }

  #members(channel: string): Set<SimConnection> {
    const members = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, members);
    return members;
  }

  #publish(channel: string, message: string): number {
    const members = this.#members(channel);
    for (const connection of members) connection.message(channel, message, false);
    return members.size;
  }
}
