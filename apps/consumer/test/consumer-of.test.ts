import { parseTopology, regionOf } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { consumerOf } from '../src/consumer-of.ts';
import { topologyText } from './fixtures/started-consumer.ts';

const text = topologyText('redis://127.0.0.1:1', 'http://127.0.0.1:2/', 6);

function problemsOf(changed: string): unknown {
  const topology = parseTopology(changed, 't.yaml');
  try {
    consumerOf(topology, regionOf(topology, 'east'));
    return [];
  } catch (error) {
    return (error as { problems: unknown }).problems;
  }
}

it('says what is missing where a region has no consumer', () => {
  expect(problemsOf(text.slice(0, text.indexOf('    consumer:')))).toEqual([
    'the region east of t.yaml has no consumer; add consumer: { http: HOST:PORT, queues: … }',
  ]);
});

it('names a lane expression that is no JSON Pointer', () => {
  expect(problemsOf(text)).toEqual([]);
  expect(problemsOf(text.replace('leaseMs: 1000', 'leaseMs: 1000, lanes: { by: "/a~3" }'))).toEqual([
    't.yaml: regions.east.consumer.queues.policies.lanes.by: "/a~3" is not a JSON Pointer',
  ]);
});
