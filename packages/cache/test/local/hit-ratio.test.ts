import { describe, expect, it } from 'vitest';

import { createLocalStore } from '../../src/local/local-store.ts';
import { hitRatio, traces } from './traces.ts';

const READS = 100_000;

/** A read of a store of this package that fills in what is missing. */
function ours(maxEntries: number): (n: number) => boolean {
  const store = createLocalStore<number>({ maxEntries });
  return (n) => {
    if (store.getFresh(`${n}`, 0) !== undefined) return true;
    store.set(`${n}`, n, 1);
    return false;
  };
}

/** The same with what was least recently used. */
function leastRecentlyUsed(maxEntries: number): (n: number) => boolean {
  const held = new Set<number>();
  return (n) => {
    const isHeld = held.delete(n);
    held.add(n);
    if (held.size > maxEntries) held.delete(held.values().next().value!);
    return isHeld;
  };
}

describe.each([100, 1000])('a store of %i entries', (maxEntries) => {
  it.each(Object.keys(traces))('finds at least as much as LRU: %s', (name) => {
    const lru = hitRatio(traces[name]!(), READS, leastRecentlyUsed(maxEntries));
    const own = hitRatio(traces[name]!(), READS, ours(maxEntries));
    expect(own).toBeGreaterThanOrEqual(lru);
    expect(lru).toBeGreaterThan(0);
  });

  it('finds a tenth more than LRU where scans go through it', () => {
    const scanned = traces['zipf 1.0, half of all reads are scans of what nobody reads again']!;
    const lru = hitRatio(scanned(), READS, leastRecentlyUsed(maxEntries));
    expect(hitRatio(scanned(), READS, ours(maxEntries))).toBeGreaterThan(1.1 * lru);
  });
});
