import { Counter, Gauge, type Registry } from 'prom-client';

/** One number of a metric, under its labels. */
export interface MetricRow {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric whose numbers are kept elsewhere and looked up when somebody scrapes. */
export interface ScrapedMetric {
  /** `gauge` may go up and down, `counter` only up. */
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  /** @default none */
  readonly labelNames?: readonly string[];
  /** The numbers as of now: one, or one for each set of labels. */
  readonly read: () => number | readonly MetricRow[];
}

/** Adds such a metric to a registry. @throws Error when the registry has one of that name. */
export function addScrapedMetric(registry: Registry, { kind, name, help, labelNames = [], read }: ScrapedMetric): void {
  const rows = (): readonly MetricRow[] => {
    const value = read();
    return typeof value === 'number' ? [{ labels: {}, value }] : value;
  };
  const shared = { name, help, labelNames: [...labelNames], registers: [] };
  registry.registerMetric(
    kind === 'gauge'
      ? new Gauge({
          ...shared,
          collect() {
            // Rows that are not there any more must not stay.
            this.reset();
            for (const { labels, value } of rows()) this.set({ ...labels }, value);
          },
        })
      : new Counter({
          ...shared,
          collect() {
            // A counter can only be added to; this one mirrors a number that is counted elsewhere.
            this.reset();
            for (const { labels, value } of rows()) this.inc({ ...labels }, value);
          },
        }),
  );
}
