import { describe, expect, it } from 'vitest';

import { createRing } from '../src/index.ts';
import { loadVectors } from './load-vectors.ts';

describe.each([
  { client: 'php-memcached', placements: 7712 },
  { client: 'twemproxy', placements: 5083 },
])('placements observed on $client', ({ client, placements }) => {
  const scenarios = loadVectors(client);

  it('are all there', () => {
    expect(scenarios.reduce((sum, { cases }) => sum + cases.length, 0)).toBe(placements);
  });

  it.each(scenarios)('are the same for $id', ({ nodes, cases }) => {
    const ring = createRing(nodes);
    const wrong = cases.filter(([key, index]) => ring.pick(key) !== index);
    expect(wrong).toEqual([]);
  });
});
