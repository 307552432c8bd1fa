import type { Spool } from '@lockstep/memcache-proxy';
import { addScrapedMetric, type Registry, type ScrapedMetric } from '@lockstep/service-kit';

/** Registers the metrics of a spool. */
export function addSpoolMetrics(registry: Registry, spool: Pick<Spool, 'stats'>): void {
  const add = (
    kind: ScrapedMetric['kind'],
    name: string,
    help: string,
    read: (stats: ReturnType<Spool['stats']>) => number,
  ): void => addScrapedMetric(registry, { kind, name, help, read: () => read(spool.stats()) });
  add('counter', 'lockstep_spool_added_total', 'deletes that the spool took', ({ added }) => added);
  add('counter', 'lockstep_spool_refused_total', 'deletes that it could not take', ({ refused }) => refused);
  add('counter', 'lockstep_spool_replayed_total', 'deletes that were carried out', ({ replayed }) => replayed);
  add('gauge', 'lockstep_spool_disk_entries', 'deletes that wait on this disk', ({ diskEntries }) => diskEntries);
  add('gauge', 'lockstep_spool_disk_bytes', 'size of those on this disk', ({ diskBytes }) => diskBytes);
  add('gauge', 'lockstep_spool_waiting_nodes', 'nodes that are waited for', ({ waitingNodes }) => waitingNodes);
  // Only the process that replays knows; a 0 of another one would hide it in an average.
  addScrapedMetric(registry, {
    kind: 'gauge',
    name: 'lockstep_spool_redis_entries',
    help: 'deletes that wait in Redis, told by the process that replays them',
    read: () => {
      const { redisEntries } = spool.stats();
      return redisEntries === undefined ? [] : [{ labels: {}, value: redisEntries }];
    },
  });
}
