import { describe, expect, it } from 'vitest';

import { murmur3States } from '../../src/hashes/murmur3-states.ts';
import { createRing } from '../../src/index.ts';
import { loadCodePoints } from '../../src/keys/code-points.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `10.0.0.${i + 1}` }));

/** Two nodes whose scores for a key are equal. */
function equalNodes(key: string): { host: string; label: string }[] {
  const labels = Array.from({ length: 300_000 }, (_, i) => `n${i}`);
  const states = murmur3States(labels.map((label) => `${label}-`));
  const length = loadCodePoints(key);
  states.prepare(length);
  const seen = new Map<number, string>();
  for (const [i, label] of labels.entries()) {
    const score = states.hash(i, length);
    const other = seen.get(score);
    if (other !== undefined) return [other, label].map((each) => ({ host: each, label: each }));
    seen.set(score, label);
  }
  return [];
}

describe('pymemcache', () => {
  it('gives a key to the greater name where two nodes score the same', () => {
    const nodes = equalNodes('key');
    const greater = nodes.map(({ label }) => label).sort((a, b) => (a < b ? -1 : 1))[1];
    expect(greater).toBeDefined();
    for (const order of [nodes, nodes.toReversed()]) {
      expect(createRing(order, { algorithm: 'pymemcache' }).get('key').label).toBe(greater);
    }
  });

  it('places keys on the same nodes whatever the order of the list', () => {
    const nodes = hosts(9);
    const ring = createRing(nodes, { algorithm: 'pymemcache' });
    const reversed = createRing(nodes.toReversed(), { algorithm: 'pymemcache' });
    for (let i = 0; i < 200; i++) expect(reversed.get(`kéy:${i}`)).toEqual(ring.get(`kéy:${i}`));
  });

  it('goes on to the node that owns the key without those that are dead', () => {
    const ring = createRing(hosts(6), { algorithm: 'pymemcache' });
    for (let i = 0; i < 50; i++) {
      const sequence = [...ring.sequence(`key:${i}`)];
      expect(sequence[0]).toBe(ring.pick(`key:${i}`));
      expect(new Set(sequence).size).toBe(6);
      for (let dead = 1; dead < 6; dead++) {
        expect(ring.eject(sequence.slice(0, dead)).pick(`key:${i}`)).toBe(sequence[dead]);
      }
      expect(ring.replicas(`key:${i}`, 6)).toEqual(sequence);
    }
  });
});
