import { createMetaDriver, type MemcacheDriver } from '@lockstep/memcache';

import type { Readers } from '../coupons/readers.ts';
import { host } from '../world/layout.ts';
import { askQueue, queueName } from '../world/leader-of.ts';
import type { Region, World } from '../world/world.ts';
import { CouponSampler } from './coupon-sampler.ts';
import { fetchMetrics, type MetricSample } from './metrics.ts';
import { type LinkSnapshot, type PoolSnapshot, type QueueSnapshot, type Snapshot, tiers } from './snapshot.ts';

interface RegionView {
  readonly name: string;
  readonly region: Region;
  readonly shipperPort: number;
  readonly nodes: readonly MemcacheDriver[];
  readonly couponSampler: CouponSampler;
}

/** Reads the state of every link, pool, queue and source, from the apps' own metrics and memcached's own counters. */
export class Sampler implements AsyncDisposable {
  readonly #regions: readonly RegionView[];
  readonly #sink: World['sink'];
  readonly #shipped = new Map<string, { total: number; at: number }>();

  constructor({ regions, sink, coupons }: Pick<World, 'regions' | 'sink' | 'coupons'>, readers: Readers) {
    this.#sink = sink;
    this.#regions = regions.map((region) => ({
      name: region.layout.name,
      region,
      shipperPort: region.layout.shipper,
      nodes: region.layout.memcached.map((port) => createMetaDriver({ host, port })),
      couponSampler: new CouponSampler(region, coupons, readers),
    }));
  }

  async sample(): Promise<Snapshot> {
    const perRegion = await Promise.all(
      this.#regions.map(async ({ name, region, shipperPort, nodes, couponSampler }) => {
        const [metrics, pool, queue, coupons] = await Promise.all([
          fetchMetrics(shipperPort),
          poolSnapshot(name, nodes),
          this.#queue(region),
          couponSampler.sample(),
        ]);
        const targets = this.#regions.filter((other) => other.name !== name);
        return { pool, queue, coupons, links: targets.map((target) => this.#link(name, target.name, metrics)) };
      }),
    );
    return {
      links: perRegion.flatMap(({ links }) => links),
      pools: perRegion.map(({ pool }) => pool),
      queues: perRegion.map(({ queue }) => queue),
      coupons: perRegion.map(({ coupons }) => coupons),
    };
  }

  async #queue({ layout, consumers }: Region): Promise<QueueSnapshot> {
    const state = await askQueue(layout.consumers);
    const app = consumers.find(({ pid }) => pid !== undefined && pid === state?.leader?.pid);
    return {
      region: layout.name,
      queue: queueName,
      leader: app === undefined ? undefined : { name: app.name, term: state!.leader!.term },
      accepted: this.#sink.acceptedOf(layout.name),
      waiting: state?.waiting,
    };
  }

  #link(from: string, to: string, metrics: readonly MetricSample[] | undefined): LinkSnapshot {
    const value = (name: string): number | undefined =>
      metrics?.find((sample) => sample.name === name && sample.labels['to'] === to)?.value;
    const lagSeconds = value('lockstep_link_lag_seconds');
    const queued = value('lockstep_link_queued_operations');
    const total = value('lockstep_link_shipped_operations_total');
    if (lagSeconds === undefined || queued === undefined || total === undefined) return { from, to, state: undefined };
    const tier = tiers[value('lockstep_link_tier') ?? 0] ?? 'log';
    const opsPerSecond = this.#rate(`${from} ${to}`, total);
    return { from, to, state: { lagMs: lagSeconds * 1000, queued, opsPerSecond, tier } };
  }

  #rate(link: string, total: number): number {
    const before = this.#shipped.get(link);
    const at = performance.now();
    this.#shipped.set(link, { total, at });
    // A shipper that was restarted counts from zero again.
    if (before === undefined || total < before.total) return 0;
    return Math.round(((total - before.total) * 1000) / (at - before.at));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#regions.flatMap(({ nodes }) => nodes.map((node) => node.close())));
  }
}

async function poolSnapshot(region: string, nodes: readonly MemcacheDriver[]): Promise<PoolSnapshot> {
  const answers = await Promise.allSettled(nodes.map((node) => node.stats({ timeoutMs: 1000 })));
  let [nodesUp, items, hits, misses] = [0, 0, 0, 0];
  for (const answer of answers) {
    // A node that does not answer is shown as down.
    if (answer.status === 'rejected') continue;
    nodesUp += 1;
    items += Number(answer.value.get('curr_items') ?? 0);
    hits += Number(answer.value.get('get_hits') ?? 0);
    misses += Number(answer.value.get('get_misses') ?? 0);
  }
  const reads = hits + misses;
  return { region, nodes: nodes.length, nodesUp, items, hitRatio: reads === 0 ? undefined : hits / reads };
}
