import { parseTopology, regionOf } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { refreshOf } from '../src/refresh-of.ts';
import { topologyText } from './fixtures/started-refresher.ts';

const source = (schedule: string): string =>
  topologyText({
    redis: 'redis://127.0.0.1:6379',
    sources: `        coupons: { load: { module: ./x.mjs }, ttlMs: 1000, schedule: ${schedule} }`,
  });

function problemsOf(text: string): unknown {
  const topology = parseTopology(text, 't.yaml');
  try {
    refreshOf(topology, regionOf(topology, 'east'));
    return [];
  } catch (error) {
    return (error as { problems?: unknown }).problems;
  }
}

it('takes a schedule that makes sense', () => {
  expect(problemsOf(source('{ cron: "*/5 * * * *", timeZone: Europe/Oslo }'))).toEqual([]);
  expect(problemsOf(source('{ everyMs: 1000, jitterMs: 10 }'))).toEqual([]);
});

it('names the source whose schedule makes none', () => {
  const where = 't.yaml: regions.east.refresh.sources.coupons.schedule: ';
  expect(problemsOf(source('{ cron: "every day" }'))).toEqual([
    expect.stringContaining(`${where}the cron pattern "every day" makes no sense`),
  ]);
  expect(problemsOf(source('{ everyMs: 5 }'))).toEqual([expect.stringContaining(`${where}everyMs`)]);
});

it('says what to add where a region has no sources', () => {
  const text = source('{ everyMs: 1000 }').replace(/ {4}refresh:[^]*/, '');
  expect(problemsOf(text)).toEqual([
    'the region east of t.yaml has no refresh; add refresh: { http: HOST:PORT, sources: … }',
  ]);
});
