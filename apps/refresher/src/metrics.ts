import type { QueueCounts, WorkerStats } from '@lockstep/refresh';
import { addScrapedMetric, type MetricRow, type Registry, type ScrapedMetric } from '@lockstep/service-kit';

import type { Engines } from './engine/engines.ts';
import type { SourceMeter } from './engine/source-meter.ts';
import type { QueueWatch } from './queue-watch.ts';

/** What the metrics of a refresher look at. */
export interface MetricSources {
  readonly meters: ReadonlyMap<string, SourceMeter>;
  readonly engines: Pick<Engines, 'count' | 'leads'>;
  readonly watch: Pick<QueueWatch, 'counts'>;
  /** Those that only a leader refreshes, in the version in use. */
  readonly singleSources: () => readonly string[];
}

const outcomes = [
  'refreshed',
  'unchanged',
  'fresh',
  'busy',
  'disabled',
  'failed',
] as const satisfies (keyof WorkerStats)[];
const loads = ['loaded', 'unchanged', 'failed'] as const satisfies (keyof SourceMeter)[];
const states = ['waiting', 'active', 'delayed', 'dead'] as const satisfies (keyof QueueCounts)[];

/** Registers the metrics of a refresher. The README has the table. */
export function addMetrics(registry: Registry, { meters, engines, watch, singleSources }: MetricSources): void {
  const add = (metric: Omit<ScrapedMetric, 'name'> & { readonly what: string }): void => {
    const { what, ...rest } = metric;
    addScrapedMetric(registry, { ...rest, name: `lockstep_refresher_${what}` });
  };
  const bySource = (read: (meter: SourceMeter) => number | undefined) => (): MetricRow[] =>
    [...meters].flatMap(([source, meter]) => {
      const value = read(meter);
      return value === undefined ? [] : [{ labels: { source }, value }];
    });
  const counted = (what: string, help: string, name: keyof WorkerStats): void =>
    add({ kind: 'counter', what, help, read: () => engines.count(name) });

  add({
    kind: 'counter',
    what: 'loads_total',
    help: 'calls of a source, by how they ended',
    labelNames: ['source', 'outcome'],
    read: () =>
      [...meters].flatMap(([source, meter]) =>
        loads.map((outcome) => ({ labels: { source, outcome }, value: meter[outcome] })),
      ),
  });
  add({
    kind: 'counter',
    what: 'load_seconds_total',
    help: 'time that these calls took',
    labelNames: ['source'],
    read: bySource(({ seconds }) => seconds),
  });
  add({
    kind: 'gauge',
    what: 'last_load_timestamp_seconds',
    help: 'when a call of a source last succeeded',
    labelNames: ['source'],
    read: bySource(({ lastAtMs }) => (lastAtMs === undefined ? undefined : lastAtMs / 1000)),
  });
  add({
    kind: 'counter',
    what: 'tasks_total',
    help: 'tasks, by how they ended',
    labelNames: ['outcome'],
    read: () => outcomes.map((outcome) => ({ labels: { outcome }, value: engines.count(outcome) })),
  });
  counted('superseded_total', 'loads that were made again, because of an invalidation meanwhile', 'superseded');
  counted('outrun_total', 'loads that were not stored, because a newer lease had begun', 'outrun');
  counted('dropped_tasks_total', 'tasks that a load had answered already', 'dropped');
  counted('invalidations_total', 'keys that others invalidated and that were expired here', 'expired');
  counted('lost_announcements_total', 'entries that the invalidation log was not told of', 'publishesFailed');
  add({
    kind: 'gauge',
    what: 'queue_tasks',
    help: 'tasks of all processes, about two seconds old',
    labelNames: ['state'],
    read: () => states.flatMap((state) => rowOf({ state }, watch.counts?.[state])),
  });
  add({
    kind: 'gauge',
    what: 'paused',
    help: '1 while no task is begun in any process',
    read: () => rowOf({}, watch.counts === undefined ? undefined : Number(watch.counts.isPaused)),
  });
  add({
    kind: 'gauge',
    what: 'leader',
    help: '1 when this process refreshes a source that is single',
    labelNames: ['source'],
    read: () => singleSources().map((source) => ({ labels: { source }, value: Number(engines.leads(source)) })),
  });
}

function rowOf(labels: Record<string, string>, value: number | undefined): MetricRow[] {
  return value === undefined ? [] : [{ labels, value }];
}
