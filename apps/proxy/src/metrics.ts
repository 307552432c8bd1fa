import type { MemcachePool } from '@lockstep/memcache';
import type { MemcacheServer } from '@lockstep/memcache-proxy';
import type { Journal } from '@lockstep/replication';
import { addScrapedMetric, type Registry, type ScrapedMetric } from '@lockstep/service-kit';

/** What the metrics of a proxy look at. */
export interface MetricSources {
  readonly pool: Pick<MemcachePool, 'nodes'>;
  readonly journal: Pick<Journal, 'stats'>;
  readonly memcached: Pick<MemcacheServer, 'connections'>;
}

/** Registers the proxy's metrics. The README has the table. */
export function addMetrics(registry: Registry, { pool, journal, memcached }: MetricSources): void {
  const add = (kind: ScrapedMetric['kind'], name: string, help: string, read: () => number): void =>
    addScrapedMetric(registry, { kind, name, help, read });
  const countUp = (): number => pool.nodes().filter(({ up }) => up).length;
  add('gauge', 'lockstep_pool_nodes', 'memcached nodes of the pool', () => pool.nodes().length);
  add('gauge', 'lockstep_pool_nodes_up', 'memcached nodes that calls go to', countUp);
  add('gauge', 'lockstep_proxy_memcached_connections', 'clients of the memcached face', () => memcached.connections);
  add('gauge', 'lockstep_journal_queued_operations', 'writes not confirmed', () => journal.stats().queuedOperations);
  add('gauge', 'lockstep_journal_queued_bytes', 'size of those writes', () => journal.stats().queuedBytes);
  add(
    'counter',
    'lockstep_journal_appended_operations_total',
    'writes confirmed',
    () => journal.stats().appendedOperations,
  );
}
