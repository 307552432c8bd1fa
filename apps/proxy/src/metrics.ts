import type { Backend, BackendCounts, Guards, MemcacheServer } from '@lockstep/memcache-proxy';
import type { Journal } from '@lockstep/replication';
import {
  addScrapedMetric,
  type MetricRow,
  type PoolSet,
  type Registry,
  type ScrapedMetric,
} from '@lockstep/service-kit';

/** What the metrics of a proxy look at. */
export interface MetricSources {
  readonly pools: Pick<PoolSet, 'entries'>;
  readonly backend: Pick<Backend, 'stats'>;
  readonly journal: Pick<Journal, 'stats'>;
  readonly memcached: readonly Pick<MemcacheServer, 'connections'>[];
  readonly guards: Pick<Guards, 'counts'>;
}

const outcomes = ['hits', 'misses', 'writes', 'failures', 'spooled'] as const satisfies (keyof BackendCounts)[];

const refusals = ['banned', 'unauthorized', 'forbidden', 'rateLimited', 'overloaded'] as const;

/** Registers the proxy's metrics. The README has the table. */
export function addMetrics(registry: Registry, sources: MetricSources): void {
  const { pools, backend, journal, memcached, guards } = sources;
  const add = (
    kind: ScrapedMetric['kind'],
    name: string,
    help: string,
    read: () => number | readonly MetricRow[],
    labelNames: readonly string[] = [],
  ): void => addScrapedMetric(registry, { kind, name, help, read, labelNames });
  const perPool = (read: (pool: ReturnType<PoolSet['entries']>[number]['pool']) => number) => () =>
    pools.entries().map(({ name, pool }): MetricRow => ({ labels: { pool: name }, value: read(pool) }));

  add(
    'gauge',
    'lockstep_pool_nodes',
    'memcached nodes of a pool',
    perPool((pool) => pool.nodes().length),
    ['pool'],
  );
  add(
    'gauge',
    'lockstep_pool_nodes_up',
    'memcached nodes that calls go to',
    perPool((pool) => pool.nodes().filter(({ up }) => up).length),
    ['pool'],
  );
  add('gauge', 'lockstep_proxy_memcached_connections', 'clients of the memcached face', () =>
    memcached.reduce((sum, { connections }) => sum + connections, 0),
  );
  add(
    'counter',
    'lockstep_proxy_operations_total',
    'keys read and written, by class of keys and outcome',
    () =>
      [...backend.stats().classes].flatMap(([prefix, counts]) =>
        outcomes.map((outcome) => ({ labels: { class: prefix, outcome }, value: counts[outcome] })),
      ),
    ['class', 'outcome'],
  );
  add(
    'counter',
    'lockstep_proxy_refused_total',
    'requests that a guard refused',
    () => refusals.map((reason) => ({ labels: { reason }, value: guards.counts[reason] })),
    ['reason'],
  );
  add(
    'counter',
    'lockstep_proxy_limits_away_total',
    'limits that Redis was not asked for',
    () => guards.counts.limitsAway,
  );
  add(
    'counter',
    'lockstep_proxy_ban_store_failures_total',
    'reads of the bans that failed',
    () => guards.counts.banStoreFailures,
  );
  add('gauge', 'lockstep_journal_queued_operations', 'writes not confirmed', () => journal.stats().queuedOperations);
  add('gauge', 'lockstep_journal_queued_bytes', 'size of those writes', () => journal.stats().queuedBytes);
  add(
    'counter',
    'lockstep_journal_appended_operations_total',
    'writes confirmed',
    () => journal.stats().appendedOperations,
  );
}
