import { createRedisLog, createRelay, createRelayLog, type InvalidationLog } from '@lockstep/invalidation';

import type { Sabotage } from '../model/sabotage.ts';
import type { Scenario } from '../model/scenario.ts';
import { SimRedisClient } from '../redis/sim-redis-client.ts';
import type { SimRedisServer } from '../redis/sim-redis-server.ts';
import { Link } from '../world/link.ts';
import type { Scheduler } from '../world/scheduler.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import type { SimProcess } from '../world/sim-process.ts';
import type { Trace } from '../world/trace.ts';
import { SimHost } from './sim-host.ts';

const PATH = '/run/relay.sock';

/** What a relay needs of its world. */
export interface SimRelayOptions {
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  readonly server: SimRedisServer;
  readonly trace: Trace;
  readonly sabotage: Pick<Sabotage, 'wrapRelayLog'>;
}

/** A machine on which a relay runs, one after the other. */
export class SimRelay {
  readonly host: SimHost;
  /** The network between the relay and Redis. */
  readonly link: Link;
  readonly #options: SimRelayOptions;
  #process: SimProcess;
  #end: (() => Promise<void>) | undefined;
  #closing = Promise.resolve();

  constructor(options: SimRelayOptions) {
    const { scheduler, random, scenario } = options;
    this.#options = options;
    this.host = new SimHost({ scheduler, random: random.fork(), clockRate: random.between(0.99, 1.01) });
    this.link = new Link(scheduler, random.fork(), scenario.networkMs);
    this.#process = this.host.process('relay', random.fork());
  }

  /** The one that runs, or ran last. */
  get process(): SimProcess {
    return this.#process;
  }

  /** Starts a relay where none runs. */
  start(): void {
    const { scheduler, random, scenario, server, trace, sabotage } = this.#options;
    if (this.#end !== undefined) return;
    if (this.host.isAsleep) {
      scheduler.after(50, () => this.start());
      return;
    }
    const own = random.fork();
    const process = this.host.process('relay', own);
    this.#process = process;
    const { clock, schedule } = process;
    const client = new SimRedisClient({ process, server, link: this.link, retryMs: scenario.retryMs });
    const { shards, maxStalenessMs, logMaxEntries } = scenario;
    const log = createRedisLog({
      client,
      namespace: 'sim',
      shards,
      maxEntries: logMaxEntries,
      timeoutMs: 500,
      maxLeaseMs: maxStalenessMs,
      schedule,
      clock,
      random: own.next,
    });
    const relay = createRelay({
      log: sabotage.wrapRelayLog?.(log, { clock }) ?? log,
      path: PATH,
      leaseMs: maxStalenessMs,
      heartbeatMs: maxStalenessMs / 8,
      maxEntries: Math.min(logMaxEntries, 20),
      clientTimeoutMs: 3 * maxStalenessMs,
      clock,
      listen: async (path, options) => this.host.listen(process, path, options),
      onError: (error) => trace.add('relay', `error: ${error.message}`),
    });
    trace.add('relay', 'starts');
    this.#end = async () => {
      await relay.close();
      await log.close();
      client.disconnect();
      process.crash();
      this.#reapSoon();
    };
    void relay.listen();
  }

  /** Ends it as SIGKILL does. */
  crash(): void {
    this.#options.trace.add('relay', 'crashes');
    this.#process.crash();
    this.#end = undefined;
    this.#reapSoon();
  }

  /** Lets it end in order. Resolves when all that were told to have ended. */
  close(): Promise<void> {
    this.#options.trace.add('relay', 'closes');
    const end = this.#end;
    this.#end = undefined;
    this.#closing = Promise.all([this.#closing, end?.()]).then(() => undefined);
    return this.#closing;
  }

  /** The log as a process on its machine hears it. */
  logOf(process: SimProcess, random: SeededRandom): InvalidationLog {
    const { shards } = this.#options.scenario;
    return createRelayLog({
      path: PATH,
      namespace: 'sim',
      shards,
      timeoutMs: 500,
      clock: process.clock,
      random: random.next,
      connect: (path) => this.host.connect(process, path),
    });
  }

  #reapSoon(): void {
    const { scheduler, random, server } = this.#options;
    scheduler.after(random.between(0, 5), () => {
      server.reap();
      this.host.reap();
    });
  }
}
