import { createMetaDriver, type MemcacheDriver } from '@lockstep/memcache';

import { host } from '../world/layout.ts';
import type { Region } from '../world/world.ts';
import { fetchMetrics, type MetricSample } from './metrics.ts';
import type { LinkSnapshot, PoolSnapshot, Snapshot } from './snapshot.ts';

/** Reads the state of every link and pool, from the apps' own metrics and memcached's own counters. */
export class Sampler implements AsyncDisposable {
  readonly #regions: readonly { name: string; shipperPort: number; nodes: MemcacheDriver[] }[];
  readonly #shipped = new Map<string, { total: number; at: number }>();

  constructor(regions: readonly Region[]) {
    this.#regions = regions.map(({ layout }) => ({
      name: layout.name,
      shipperPort: layout.shipper,
      nodes: layout.memcached.map((port) => createMetaDriver({ host, port })),
    }));
  }

  async sample(): Promise<Snapshot> {
    const perRegion = await Promise.all(
      this.#regions.map(async ({ name, shipperPort, nodes }) => {
        const [metrics, pool] = await Promise.all([fetchMetrics(shipperPort), poolSnapshot(name, nodes)]);
        const targets = this.#regions.filter((other) => other.name !== name);
        return { pool, links: targets.map((target) => this.#link(name, target.name, metrics)) };
      }),
    );
    return { links: perRegion.flatMap(({ links }) => links), pools: perRegion.map(({ pool }) => pool) };
  }

  #link(from: string, to: string, metrics: readonly MetricSample[] | undefined): LinkSnapshot {
    const value = (name: string): number | undefined =>
      metrics?.find((sample) => sample.name === name && sample.labels['to'] === to)?.value;
    const lagSeconds = value('lockstep_link_lag_seconds');
    const queued = value('lockstep_link_queued_operations');
    const total = value('lockstep_link_shipped_operations_total');
    if (lagSeconds === undefined || queued === undefined || total === undefined) return { from, to, state: undefined };
    return { from, to, state: { lagMs: lagSeconds * 1000, queued, opsPerSecond: this.#rate(`${from} ${to}`, total) } };
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
