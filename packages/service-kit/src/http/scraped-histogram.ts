import type { Metric, Registry } from 'prom-client';

/** One histogram under its labels. */
export interface HistogramRow {
  readonly labels: Readonly<Record<string, string>>;
  /** Observations between the bound before and this one, and last those above every bound. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** A histogram that is counted elsewhere, cheaply, and looked up when somebody scrapes. */
export interface ScrapedHistogram {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, rising. */
  readonly bounds: readonly number[];
  readonly read: () => readonly HistogramRow[];
}

/** Adds such a histogram to a registry. @throws Error when the registry has one of that name. */
export function addScrapedHistogram(registry: Registry, { name, help, bounds, read }: ScrapedHistogram): void {
  const get = async (): Promise<object> => ({
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    values: read().flatMap(({ labels, counts, sum }) => {
      let total = 0;
      const buckets = bounds.map((bound, index) => {
        total += counts[index] ?? 0;
        return { metricName: `${name}_bucket`, labels: { ...labels, le: bound }, value: total };
      });
      total += counts[bounds.length] ?? 0;
      return [
        ...buckets,
        { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: total },
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: total },
      ];
    }),
  });
  // A registry asks a metric for its name and for what it has; its classes count by themselves.
  registry.registerMetric({ name, get, reset: () => undefined } as unknown as Metric);
}
