import type { LinkStatus, Shipper } from '@lockstep/replication';
import { addScrapedMetric, type Registry, type ScrapedMetric } from '@lockstep/service-kit';

/** Registers the metrics of every link that leaves `from`. The README has the table. */
export function addMetrics(registry: Registry, from: string, shipper: Pick<Shipper, 'status'>): void {
  const add = (kind: ScrapedMetric['kind'], what: string, help: string, value: (link: LinkStatus) => number): void =>
    addScrapedMetric(registry, {
      kind,
      name: `lockstep_link_${what}`,
      help,
      labelNames: ['from', 'to', 'shard'],
      read: () =>
        shipper.status().map((link) => ({
          labels: { from, to: link.to, shard: String(link.shard) },
          value: value(link),
        })),
    });
  add('gauge', 'connected', '1 when the latest exchange with the receiver succeeded', (link) => Number(link.connected));
  add('gauge', 'lag_seconds', 'age of the oldest write not confirmed', (link) => link.lagMs / 1000);
  add('gauge', 'queued_operations', 'writes not confirmed', (link) => link.queuedOperations);
  add('counter', 'shipped_operations_total', 'writes confirmed', (link) => link.shippedOperations);
  add('counter', 'failures_total', 'steps that failed and were tried again', (link) => link.failures);
  add('counter', 'gaps_total', 'batches that did not follow the cursor of the receiver', (link) => link.gaps);
  add('counter', 'tail_losses_total', 'times that Redis had lost the end of the journal', (link) => link.tailLosses);
}
