import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { half, type Hash64 } from '../../src/hashes/hash64.ts';
import { bytes } from '../../src/keys/key-buffer.ts';
import { multiProbe } from '../../src/lookups/multi-probe.ts';

/** Hashes that meet: the text is a number, to which the other seeds add a little. */
function put(text: string, seed: number): bigint {
  const value = BigInt.asUintN(64, BigInt(text) + BigInt(seed));
  half[0] = Number(BigInt.asIntN(32, value));
  half[1] = Number(BigInt.asIntN(32, value >> 32n));
  return value;
}

const stub: Hash64 = {
  name: 'stub',
  key: () => undefined,
  buffered: (length, seed) => void put(new TextDecoder().decode(bytes.subarray(0, length)), seed),
};

/** The nodes by their distance from the probes, computed from the definition; of equal distances the first probe's wins. */
function byDistance(labels: readonly string[], key: string, probes: number): number[] {
  const [first, step] = [put(key, 1), put(key, 2)];
  const distances = labels.map((label) => {
    const point = put(label, 0);
    const above = Array.from({ length: probes }, (_, i) => {
      return BigInt.asUintN(64, point - first - BigInt(i) * step - 1n) * BigInt(probes) + BigInt(i);
    });
    return above.reduce((least, each) => (each < least ? each : least));
  });
  return [...labels.keys()].sort((a, b) => (distances[a]! < distances[b]! ? -1 : 1));
}

it('orders nodes by the least distance from a probe up to their point', () => {
  const near = fc.bigInt({ min: 0n, max: 40n });
  const value = fc.oneof(
    near,
    near.map((each) => 2n ** 64n - 1n - each),
    near.map((each) => 2n ** 32n - 20n + each),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  );
  const labels = fc.uniqueArray(value.map(String), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(labels, value.map(String), fc.integer({ min: 1, max: 4 }), (texts, key, probes) => {
      const order = byDistance(texts, key, probes);
      const placed = multiProbe(texts, stub, probes);
      expect([...new Set(placed.byDistance(key))]).toEqual(order);
      expect(placed.nearest(key)).toBe(order[0]);
    }),
    { numRuns: 3000 },
  );
});
