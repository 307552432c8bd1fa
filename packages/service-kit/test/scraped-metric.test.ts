import { Registry } from 'prom-client';
import { expect, it } from 'vitest';

import { addScrapedMetric } from '../src/http/scraped-metric.ts';

it('shows a number as it is at each scrape', async () => {
  const registry = new Registry();
  let value = 3;
  addScrapedMetric(registry, { kind: 'gauge', name: 'depth', help: 'how deep', read: () => value });
  addScrapedMetric(registry, { kind: 'counter', name: 'done_total', help: 'how many', read: () => value * 10 });
  expect(await registry.metrics()).toMatch(/^depth 3$/m);
  value = 5;
  const text = await registry.metrics();
  expect(text).toMatch(/^depth 5$/m);
  expect(text).toMatch(/^done_total 50$/m);
});

it('shows one number for each set of labels', async () => {
  const registry = new Registry();
  const rows = [
    { labels: { to: 'west' }, value: 1 },
    { labels: { to: 'north' }, value: 2 },
  ];
  addScrapedMetric(registry, {
    kind: 'counter',
    name: 'sent_total',
    help: 'sent',
    labelNames: ['to'],
    read: () => rows,
  });
  expect(await registry.metrics()).toContain('sent_total{to="west"} 1\nsent_total{to="north"} 2');
});

it('shows nothing of a set of labels that is not there any more', async () => {
  const registry = new Registry();
  let rows = [{ labels: { to: 'west' }, value: 1 }];
  addScrapedMetric(registry, { kind: 'gauge', name: 'lag', help: 'lag', labelNames: ['to'], read: () => rows });
  expect(await registry.metrics()).toContain('lag{to="west"} 1');
  rows = [];
  expect(await registry.metrics()).not.toContain('lag{');
});

it('refuses a second metric of one name', () => {
  const registry = new Registry();
  const add = (): void => addScrapedMetric(registry, { kind: 'gauge', name: 'depth', help: 'how deep', read: () => 1 });
  add();
  expect(add).toThrow(/depth/);
});
