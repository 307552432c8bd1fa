import type { GatewayStats } from '@lockstep/refresh';
import { addScrapedMetric, type Registry } from '@lockstep/service-kit';

import type { RefreshGateways } from './refresh-gateways.ts';

const states = ['fresh', 'stale', 'loaded', 'failed'] as const satisfies (keyof GatewayStats)[];

/** Registers the metrics of reads of sources. The README has the table. */
export function addRefreshMetrics(registry: Registry, gateways: Pick<RefreshGateways, 'count'>): void {
  const add = (name: string, help: string, counted: keyof GatewayStats): void =>
    addScrapedMetric(registry, { kind: 'counter', name, help, read: () => gateways.count(counted) });
  addScrapedMetric(registry, {
    kind: 'counter',
    name: 'lockstep_refresh_reads_total',
    help: 'reads of sources, by how they ended',
    labelNames: ['state'],
    read: () => states.map((state) => ({ labels: { state }, value: gateways.count(state) })),
  });
  add('lockstep_refresh_missing_total', 'reads that found nothing stored', 'missing');
  add('lockstep_refresh_asked_total', 'refreshes that were asked for', 'asked');
  add('lockstep_refresh_asks_failed_total', 'refreshes that the queue did not take', 'asksFailed');
  add('lockstep_refresh_store_errors_total', 'calls of the store that failed', 'storeErrors');
}
