import { AggregatorRegistry, Gauge, type MetricObject, type Registry } from 'prom-client';

import type { FleetPart } from './messages.ts';

/**
 * The metrics of all workers as one registry. Each number keeps its worker in the label `worker`:
 * whether to sum, to average or to take the highest is for the one who looks.
 */
export function mergeMetrics(parts: readonly FleetPart[]): Registry {
  const labelled = parts.map(({ slot, value }) =>
    (Array.isArray(value) ? (value as MetricObject[]) : []).map((metric) => ({
      ...metric,
      // Different labels are never added up; `sum` also keeps those that others leave out.
      aggregator: 'sum' as const,
      values: (metric as unknown as { values: { labels: object }[] }).values.map((row) => ({
        ...row,
        labels: { ...row.labels, worker: String(slot) },
      })),
    })),
  );
  const merged = AggregatorRegistry.aggregate<Registry['contentType']>(labelled);
  addRows(merged, 'lockstep_worker_up', 'workers that answered this scrape', parts, ({ value }) =>
    value === undefined ? 0 : 1,
  );
  addRows(merged, 'lockstep_worker_restarts', 'starts of a worker after its first', parts, ({ restarts }) => restarts);
  return merged;
}

function addRows(
  registry: Registry,
  name: string,
  help: string,
  parts: readonly FleetPart[],
  read: (part: FleetPart) => number,
): void {
  const gauge = new Gauge({ name, help, labelNames: ['worker'], registers: [registry] });
  for (const part of parts) gauge.set({ worker: String(part.slot) }, read(part));
}
