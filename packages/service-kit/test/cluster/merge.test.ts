import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { mergeMetrics } from '../../src/cluster/merge-metrics.ts';
import { mergeReadiness } from '../../src/cluster/merge-readiness.ts';
import { addScrapedHistogram } from '../../src/http/scraped-histogram.ts';
import { addScrapedMetric } from '../../src/http/scraped-metric.ts';

async function registryOf(count: number) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Counter({ name: 'done_total', help: 'h', labelNames: ['kind'], registers: [registry] }).inc({ kind: 'a' }, count);
  new Histogram({ name: 'took', help: 'h', buckets: [1, 2], registers: [registry] }).observe(1.5);
  addScrapedMetric(registry, { kind: 'gauge', name: 'level', help: 'h', read: () => count });
  addScrapedHistogram(registry, {
    name: 'span',
    help: 'h',
    bounds: [1, 2],
    read: () => [{ labels: { route: '/a' }, counts: [1, count, 2], sum: 9 }],
  });
  // As it arrives over the channel between processes.
  return structuredClone(await registry.getMetricsAsJSON());
}

describe('mergeMetrics', () => {
  it('keeps every number under the label of its worker', async () => {
    const parts = [
      { slot: 1, restarts: 0, value: await registryOf(3) },
      { slot: 2, restarts: 4, value: await registryOf(5) },
    ];
    const text = await mergeMetrics(parts).metrics();
    const lines = text.split('\n');
    expect(lines).toContain('done_total{kind="a",worker="1"} 3');
    expect(lines).toContain('done_total{kind="a",worker="2"} 5');
    expect(lines).toContain('level{worker="2"} 5');
    expect(lines).toContain('took_bucket{le="2",worker="1"} 1');
    expect(lines).toContain('took_count{worker="2"} 1');
    expect(lines).toContain('span_bucket{route="/a",le="2",worker="2"} 6');
    expect(lines).toContain('span_bucket{route="/a",le="+Inf",worker="2"} 8');
    expect(lines).toContain('span_sum{route="/a",worker="1"} 9');
    expect(lines).toContain('lockstep_worker_up{worker="2"} 1');
    expect(lines).toContain('lockstep_worker_restarts{worker="2"} 4');
    expect(lines.filter((line) => line.startsWith('process_start_time_seconds{'))).toHaveLength(2);
    expect(lines.filter((line) => line === '# TYPE done_total counter')).toHaveLength(1);
  });

  it('shows a worker that does not answer as down, and the others', async () => {
    const text = await mergeMetrics([
      { slot: 1, restarts: 0, value: await registryOf(3) },
      { slot: 2, restarts: 1 },
    ]).metrics();
    expect(text).toContain('lockstep_worker_up{worker="2"} 0');
    expect(text).toContain('level{worker="1"} 3');
  });
});

describe('mergeReadiness', () => {
  const ready = { status: 'ready', failing: [] };

  it('is ready when every worker is', () => {
    const parts = [1, 2].map((slot) => ({ slot, restarts: 0, value: ready }));
    expect(mergeReadiness(parts)).toEqual({ status: 'ready', failing: [] });
  });

  const failing = { status: 'not ready', failing: [{ name: 'redis', message: 'away' }] };
  const named = [
    { name: 'worker 1: redis', message: 'away' },
    { name: 'worker 2', message: 'the worker does not answer' },
  ];

  it('is not ready when no worker is, and names the worker of each failing check, and the one that does not answer', () => {
    const parts = [
      { slot: 1, restarts: 0, value: failing },
      { slot: 2, restarts: 0 },
    ];
    expect(mergeReadiness(parts)).toEqual({ status: 'not ready', failing: named });
  });

  it('is ready while one worker is, and names the others', () => {
    const parts = [
      { slot: 1, restarts: 0, value: failing },
      { slot: 2, restarts: 1 },
      { slot: 3, restarts: 0, value: ready },
    ];
    expect(mergeReadiness(parts)).toEqual({ status: 'ready', failing: named });
  });
});
