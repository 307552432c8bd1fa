import type { Receiver, ReceiverStats } from '@lockstep/replication';
import { addScrapedMetric, type PoolSet, type Registry } from '@lockstep/service-kit';

/** What the metrics of a receiver look at. */
export interface MetricSources {
  readonly pools: Pick<PoolSet, 'entries'>;
  readonly receiver: Pick<Receiver, 'stats'>;
}

/** Registers the receiver's metrics. The README has the table. */
export function addMetrics(registry: Registry, { pools, receiver }: MetricSources): void {
  const count = (what: string, help: string, field: keyof ReceiverStats): void =>
    addScrapedMetric(registry, {
      kind: 'counter',
      name: `lockstep_receiver_${what}_total`,
      help,
      read: () => receiver.stats()[field],
    });
  count('batches', 'batches applied', 'appliedBatches');
  count('received_operations', 'writes received', 'receivedOperations');
  count('applied_operations', 'writes applied: the last of each key in a batch', 'appliedOperations');
  count('duplicates', 'batches that had been applied before', 'duplicates');
  count('gaps', 'batches that did not follow the cursor', 'gaps');
  count('failures', 'batches that could not be applied and come again', 'failures');
  count('dead_letters', 'writes that could not be carried out; their keys were deleted', 'deadLetters');
  count('clears', 'classes of keys that were cleared, because another region ran out of room', 'clears');
  count('conflicts', 'writes concurrent with one of this region; their keys were deleted', 'conflicts');
  count('unknown_conflicts', 'stores of which that could not be known; they became deletes', 'unknownConflicts');
  count('older_versions', 'writes left, as their version or a newer one was known here', 'olderVersions');
  count('unknown_versions', 'stores that became deletes, as no version was known here', 'unknownVersions');
  count('suspects', 'keys deleted, as this region and another wrote them at the same time', 'suspects');
  count('second_deletes', 'keys that were deleted again after a time', 'secondDeletes');
  count('takeovers', 'batches that another receiver may have taken over; their keys were deleted', 'takeovers');
  addScrapedMetric(registry, {
    kind: 'gauge',
    name: 'lockstep_pool_nodes_up',
    help: 'memcached nodes that calls go to',
    labelNames: ['pool'],
    read: () =>
      pools
        .entries()
        .map(({ name, pool }) => ({ labels: { pool: name }, value: pool.nodes().filter(({ up }) => up).length })),
  });
}
