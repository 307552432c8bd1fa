import { isDeepStrictEqual } from 'node:util';

import type { InvalidationLog } from '@lockstep/invalidation';
import type { MemcachePool } from '@lockstep/memcache';
import {
  type AnyRefreshOptions,
  createMemcacheStore,
  createRedisStore,
  createRedisSwitches,
  createRefreshGateway,
  createSourceStores,
  defineRefresh,
  type EntryStore,
  type GatewayStats,
  type RefreshDefinition,
  type RefreshGateway,
} from '@lockstep/refresh';
import { type BullRefreshQueue, createBullQueue } from '@lockstep/refresh/bullmq';
import type { RefreshRegion, RefreshSource, Region } from '@lockstep/service-kit';
import type { RedisClient } from '@lockstep/core';

/** What reads of sources stand on. */
export interface RefreshGatewaysOptions {
  readonly redis: RedisClient;
  readonly invalidations: InvalidationLog;
  readonly regionName: string;
  /** A failure that no client hears of. */
  readonly onError: (error: Error) => void;
}

/** The gateway of one version of the topology. */
export interface VersionGateway {
  readonly gateway: RefreshGateway;
  /** By name of the source. */
  readonly definitions: ReadonlyMap<string, RefreshDefinition>;
}

/** The gateway of a version that may still be refused. One of the two is called. */
export interface PreparedGateway {
  /** Puts it in place. */
  readonly use: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

type PoolOf = (name: string) => MemcachePool;

interface Version extends VersionGateway {
  readonly refresh: RefreshRegion;
  /** Those that entries live in. */
  readonly pools: readonly MemcachePool[];
  readonly store: EntryStore;
}

/**
 * The gateways of a proxy, one at a time. They call no source: what is missing is asked of a refresher, and waited
 * for. So a proxy needs neither drivers nor passwords of the sources.
 */
export class RefreshGateways implements AsyncDisposable {
  readonly #options: RefreshGatewaysOptions;
  #queue: BullRefreshQueue | undefined;
  #version: Version | undefined;
  /** By gateways that are closed. */
  readonly #counted: Partial<Record<keyof GatewayStats, number>> = {};

  constructor(options: RefreshGatewaysOptions) {
    this.#options = options;
  }

  /** What the gateways of all versions have counted. */
  count(name: keyof GatewayStats): number {
    return (this.#counted[name] ?? 0) + (this.#version?.gateway.stats()[name] ?? 0);
  }

  /** That of the version in use; undefined while no region has sources. */
  get current(): VersionGateway | undefined {
    return this.#version;
  }

  /**
   * Makes the gateway of another version; there is none where no template serves a source.
   *
   * @throws TypeError or RangeError when the sources make no sense.
   */
  prepare({ refresh, proxy }: Pick<Region, 'refresh' | 'proxy'>, poolOf: PoolOf): PreparedGateway {
    const before = this.#version;
    const isServed = proxy.templates?.some((template) => template.refresh !== undefined) === true;
    const next = refresh === undefined || !isServed ? undefined : this.#make(refresh, poolOf);
    return {
      use: async () => {
        this.#version = next;
        if (next !== before) await this.#retire(before);
      },
      discard: async () => {
        if (next !== before) await this.#retire(next);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const version = this.#version;
    this.#version = undefined;
    await this.#retire(version);
    await this.#queue?.close();
  }

  async #retire(version: Version | undefined): Promise<void> {
    if (version === undefined) return;
    await version.gateway.close();
    const stats = version.gateway.stats();
    for (const name of Object.keys(stats) as (keyof GatewayStats)[]) {
      this.#counted[name] = (this.#counted[name] ?? 0) + stats[name];
    }
    await version.store.close();
  }

  #make(refresh: RefreshRegion, poolOf: PoolOf): Version {
    const pools = [...refresh.sources.values()].flatMap(({ pool }) => (pool === undefined ? [] : [poolOf(pool)]));
    const before = this.#version;
    if (before !== undefined && isDeepStrictEqual(before.refresh, refresh)) {
      if (pools.every((pool, index) => pool === before.pools[index])) return before;
    }
    const { redis, invalidations: log, regionName: region, onError } = this.#options;
    const definitions = new Map([...refresh.sources].map(([name, source]) => [name, definitionOf(name, source)]));
    const store = createSourceStores({
      rest: createRedisStore({ redis }),
      bySource: new Map(
        [...refresh.sources].flatMap(([name, { pool }]) =>
          pool === undefined ? [] : [[name, createMemcacheStore({ pool: poolOf(pool) })]],
        ),
      ),
    });
    this.#queue ??= createBullQueue({
      redis,
      ...(refresh.retry?.attempts === undefined ? {} : { attempts: refresh.retry.attempts }),
    });
    const gateway = createRefreshGateway({
      store,
      queue: this.#queue,
      definitions: [...definitions.values()],
      loads: false,
      ...(refresh.waitMs === undefined ? {} : { waitMs: refresh.waitMs }),
      log,
      switches: createRedisSwitches({ redis }),
      region,
      onError,
    });
    return { gateway, definitions, refresh, pools, store };
  }
}

function definitionOf(name: string, source: RefreshSource): RefreshDefinition {
  const { ttlMs, refreshBelowMs, staleForMs, enabled, shape = 'value' } = source;
  const policy = {
    ttlMs,
    ...(refreshBelowMs === undefined ? {} : { refreshBelowMs }),
    ...(staleForMs === undefined ? {} : { staleForMs }),
    ...(enabled === undefined ? {} : { enabled }),
  };
  // The elements are handed on as they are stored: what they are sorted by matters to those who store them.
  const options: AnyRefreshOptions = shape === 'zset' ? { ...policy, shape, score: 'score' } : { ...policy, shape };
  return defineRefresh(name, options);
}
