import type { JournalTier, LinkStatus, ShardStatus, Shipper } from '@lockstep/replication';
import { addScrapedMetric, type Registry, type ScrapedMetric } from '@lockstep/service-kit';

/** In the order of their numbers. */
const tiers: readonly JournalTier[] = ['log', 'deletes', 'keys', 'classes'];

type Kind = ScrapedMetric['kind'];

/** Registers the metrics of every link that leaves `from`. The README has the table. */
export function addMetrics(registry: Registry, from: string, shipper: Pick<Shipper, 'status'>): void {
  const add = (kind: Kind, what: string, help: string, value: (link: LinkStatus) => number): void =>
    addScrapedMetric(registry, {
      kind,
      name: `lockstep_link_${what}`,
      help,
      labelNames: ['from', 'to'],
      read: () => shipper.status().map((link) => ({ labels: { from, to: link.to }, value: value(link) })),
    });
  add('gauge', 'connected', '1 when the latest exchanges with the receiver succeeded', (link) =>
    Number(link.connected),
  );
  add('gauge', 'lag_seconds', 'age of the oldest write not confirmed', (link) => link.lagMs / 1000);
  addScrapedMetric(registry, {
    kind: 'gauge',
    name: 'lockstep_link_measured_lag_seconds',
    help: 'time that the slowest marker took until the receiver had confirmed it',
    labelNames: ['from', 'to'],
    read: () =>
      shipper
        .status()
        .flatMap(({ to, measuredLagMs }) =>
          measuredLagMs === undefined ? [] : [{ labels: { from, to }, value: measuredLagMs / 1000 }],
        ),
  });
  add('gauge', 'queued_operations', 'writes not confirmed', (link) => link.queuedOperations);
  add('gauge', 'queued_bytes', 'bytes of the writes not confirmed', (link) => link.queuedBytes);
  add('gauge', 'standby_shards', 'shards that another shipper of the region ships', (link) => link.standbyShards);
  add('gauge', 'held_bytes', 'bytes of the journal held for the slowest region', (link) => link.heldBytes);
  add('gauge', 'dirty_keys', 'keys that did not fit into the journal', (link) => link.dirtyKeys);
  add('gauge', 'dirty_classes', 'classes whose keys did not fit among those', (link) => link.dirtyClasses);
  add('gauge', 'tier', 'how the journal takes writes: 0 whole, 1 deletes, 2 keys, 3 classes', (link) =>
    tiers.indexOf(link.tier),
  );
  add('counter', 'shipped_operations_total', 'writes confirmed', (link) => link.shippedOperations);
  add('counter', 'failures_total', 'steps that failed and were tried again', (link) => link.failures);
  add('counter', 'gaps_total', 'batches that did not follow the cursor of the receiver', (link) => link.gaps);
  add('counter', 'tail_losses_total', 'times that Redis had lost the end of a shard', (link) => link.tailLosses);

  const addShard = (what: string, help: string, value: (shard: ShardStatus) => number): void =>
    addScrapedMetric(registry, {
      kind: 'gauge',
      name: `lockstep_shard_${what}`,
      help,
      labelNames: ['from', 'to', 'shard'],
      read: () =>
        shipper
          .status()
          .flatMap(({ to, shards }) =>
            shards.map((shard) => ({ labels: { from, to, shard: String(shard.shard) }, value: value(shard) })),
          ),
    });
  addShard('lag_seconds', 'age of the oldest write of the shard not confirmed', (shard) => shard.lagMs / 1000);
  addShard('queued_operations', 'writes of the shard not confirmed', (shard) => shard.queuedOperations);
  addShard('queued_bytes', 'bytes of the writes of the shard not confirmed', (shard) => shard.queuedBytes);
  addShard('window', 'batches of the shard that may be on their way at once', (shard) => shard.window);
}
