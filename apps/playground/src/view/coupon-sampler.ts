import { sourceName } from '../coupons/coupon.ts';
import type { Readers } from '../coupons/readers.ts';
import { refresherOf } from '../world/refresher-of.ts';
import type { Region, World } from '../world/world.ts';
import { Counters } from './counters.ts';
import { fetchMetrics } from './metrics.ts';
import type { CouponSnapshot } from './snapshot.ts';

const source = `source=${sourceName}`;

/** Counts what happens to the coupons of one region, from the metrics of its proxy and refreshers and from its readers. */
export class CouponSampler {
  readonly #region: Pick<Region, 'layout' | 'refreshers'>;
  readonly #coupons: World['coupons'];
  readonly #readers: Pick<Readers, 'faultsOf'>;
  readonly #counters = new Counters();

  constructor(
    region: Pick<Region, 'layout' | 'refreshers'>,
    coupons: World['coupons'],
    readers: Pick<Readers, 'faultsOf'>,
  ) {
    this.#region = region;
    this.#coupons = coupons;
    this.#readers = readers;
  }

  async sample(): Promise<CouponSnapshot> {
    const { layout, refreshers } = this.#region;
    const ports = [layout.proxyHttp, ...layout.refreshers];
    const [refresher] = await Promise.all([
      refresherOf(refreshers),
      ...ports.map(async (port) => this.#counters.take(String(port), await fetchMetrics(port))),
    ]);
    const reads = (state: string): number => this.#counters.total('lockstep_refresh_reads_total', `state=${state}`);
    const loads = (outcome: string): number =>
      this.#counters.total('lockstep_refresher_loads_total', source, `outcome=${outcome}`);
    return {
      region: layout.name,
      refresher: refresher?.name,
      trouble: this.#coupons?.trouble,
      fresh: reads('fresh'),
      stale: reads('stale'),
      loaded: reads('loaded'),
      failed: reads('failed'),
      sourceCalls: loads('loaded') + loads('unchanged') + loads('failed'),
      refreshes: this.#counters.total('lockstep_refresher_tasks_total', 'outcome=refreshed'),
      ...this.#readers.faultsOf(layout.name),
    };
  }
}
