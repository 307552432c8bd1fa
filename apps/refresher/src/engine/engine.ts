import type { InvalidationLog } from '@lockstep/invalidation';
import type { Locks } from '@lockstep/lock';
import type { MemcachePool } from '@lockstep/memcache';
import {
  createIdParams,
  createMemcacheStore,
  createRefreshWorker,
  createSchedule,
  createSourceStores,
  type EntryStore,
  type RefreshQueue,
  type RefreshWorker,
  type Schedule,
  type SourceSwitches,
  type WorkerStats,
} from '@lockstep/refresh';
import type { Journal } from '@lockstep/replication';
import type { ClassPolicy, Environment, ProxyRegion, RefreshRegion } from '@lockstep/service-kit';

import { createLoader } from '../loader/create-loader.ts';
import type { Loader } from '../loader/loader.ts';
import { toSourceRequest } from '../loader/source-request.ts';
import { carryAbroad } from './carry-abroad.ts';
import { createDefinition } from './create-definition.ts';
import { knownKeysOf, planOf } from './plan-of.ts';
import { meterLoads, SourceMeter } from './source-meter.ts';

/** What outlives a version of the topology. */
export interface EngineShares {
  readonly regionName: string;
  readonly environment: Pick<Environment, 'secret'>;
  /** Entries that live in no pool. */
  readonly store: EntryStore;
  readonly queue: RefreshQueue;
  readonly locks: Locks;
  readonly switches: SourceSwitches;
  readonly log: InvalidationLog;
  readonly journal: Pick<Journal, 'append'>;
  /** By name of the source. */
  readonly meters: Map<string, SourceMeter>;
  /** Told once when a source begins to fail, with the reason, and once when it no longer does. */
  readonly onTurn: (source: string, reason: string | undefined) => void;
  /** A failure that nobody else hears of; never with a key. */
  readonly onError: (error: Error, about: string) => void;
}

/** One version of the topology. */
export interface EngineVersion {
  /** Where it came from. */
  readonly file: string;
  readonly refresh: RefreshRegion;
  /** Those of the proxy of the region. */
  readonly templates: ProxyRegion['templates'];
  /** What writes of a key do in other regions. */
  readonly policyOf: (key: string) => ClassPolicy;
  readonly poolOf: (name: string) => MemcachePool;
}

/** Refreshes the sources of one version of the topology: loaders, a worker and a schedule. */
export class Engine implements AsyncDisposable {
  readonly #refresh: RefreshRegion;
  readonly #loaders: readonly Loader[];
  readonly #stores: readonly EntryStore[];
  readonly #worker: RefreshWorker;
  readonly #schedule: Schedule;
  readonly #onError: EngineShares['onError'];

  private constructor(version: EngineVersion, shares: EngineShares, loaders: ReadonlyMap<string, Loader>) {
    const { refresh, templates = [], policyOf, poolOf } = version;
    const { store, queue, locks, switches, log, regionName: region, meters, onTurn, onError } = shares;
    this.#refresh = refresh;
    this.#loaders = [...loaders.values()];
    this.#onError = onError;
    const pooled = new Map(
      [...refresh.sources].flatMap(([name, { pool }]) =>
        pool === undefined ? [] : [[name, createMemcacheStore({ pool: poolOf(pool) })] as const],
      ),
    );
    this.#stores = [...pooled.values()];
    const definitions = [...refresh.sources].map(([name, source]) => {
      const meter = meters.get(name) ?? new SourceMeter();
      meters.set(name, meter);
      const load = meterLoads(loaders.get(name)!, { meter, onTurn: (reason) => onTurn(name, reason) });
      const served = templates.filter((template) => template.refresh === name);
      const ids = createIdParams(
        name,
        served.map(({ key }) => key),
      );
      return createDefinition(name, source, (request) => load(toSourceRequest(request, ids)));
    });
    this.#worker = createRefreshWorker({
      store: createSourceStores({ rest: store, bySource: pooled }),
      queue,
      locks,
      definitions,
      switches,
      log,
      region,
      onStored: carryAbroad(refresh.sources, policyOf, shares.journal),
      ...(refresh.leaseMs === undefined ? {} : { leaseMs: refresh.leaseMs, electionMs: refresh.leaseMs }),
      ...(refresh.concurrency === undefined ? {} : { concurrency: refresh.concurrency }),
      onError: (error) => onError(error, 'the worker'),
    });
    this.#schedule = createSchedule({ queue, onError: (error, plan) => onError(error, `the schedule of ${plan}`) });
  }

  /**
   * Makes an engine that does nothing yet.
   *
   * @throws ServiceError for secrets that are not set, RefresherError for a module, TypeError or RangeError.
   */
  static async create(version: EngineVersion, shares: EngineShares): Promise<Engine> {
    const { file: topology, refresh } = version;
    const { environment } = shares;
    const loaders = new Map<string, Loader>();
    try {
      for (const [name, source] of refresh.sources) {
        loaders.set(name, await createLoader(source, { name, topology, environment }));
      }
      return new Engine(version, shares, loaders);
    } catch (error) {
      await Promise.all([...loaders.values()].map((loader) => loader[Symbol.asyncDispose]()));
      throw error;
    }
  }

  /** Takes tasks from now on. Warm-up tasks are queued in the background. */
  start(): void {
    this.#worker.start();
    const warm: string[] = [];
    for (const [name, source] of this.#refresh.sources) {
      if (source.enabled === false) continue;
      const plan = planOf(name, source);
      if (plan !== undefined) this.#schedule.add(name, plan);
      if (source.warmUp === true) warm.push(...knownKeysOf(name, source));
    }
    void this.#schedule.warmUp(warm).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== 'ERR_REFRESH_CLOSED') this.#onError(error as Error, 'the warm-up');
    });
  }

  stats(): WorkerStats {
    return this.#worker.stats();
  }

  /** Whether this process refreshes a `single` source at this moment. */
  leads(source: string): boolean {
    return this.#worker.leads(source);
  }

  /** Ends the tasks in hand; others stay in the queue. Idempotent. */
  async close(drainMs: number): Promise<void> {
    await this.#schedule.close();
    await this.#worker.close({ drainMs });
    await Promise.all(this.#stores.map((store) => store.close()));
    await Promise.all(this.#loaders.map((loader) => loader[Symbol.asyncDispose]()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close(0);
  }
}
