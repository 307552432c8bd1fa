import { describe, expect, it } from 'vitest';

import { crc } from '../../src/hashes/crc.ts';
import { createRing } from '../../src/index.ts';
import { keyWithCrc32 } from './key-with-crc32.ts';

const hosts = (count: number) => Array.from({ length: count }, (_, i) => ({ host: `10.0.0.${i + 1}` }));

describe('python-memcached', () => {
  it('takes a hash of 0 for 1', () => {
    const ring = createRing(hosts(7), { algorithm: 'python-memcached' });
    expect(ring.pick(keyWithCrc32(0x8000abcd))).toBe(1);
    expect(ring.pick(keyWithCrc32(0x8001abcd))).toBe(1);
    expect(ring.pick(keyWithCrc32(0x8002abcd))).toBe(2);
    const { shares } = ring.shares();
    // 0, 7, 14 … 32767 are one more than 1, 8 … 32761, to which 0 belongs.
    expect(shares[0]).toBe(4681 / 32_768);
    expect(shares[1]).toBe(4682 / 32_768);
  });

  it('repeats a server by its weight', () => {
    const [a, b, c] = hosts(3);
    const ring = createRing([a!, { ...b!, weight: 3 }, { ...c!, weight: 0 }], { algorithm: 'python-memcached' });
    expect([4, 5, 6, 7, 8].map((value) => ring.pick(keyWithCrc32(value * 0x10000)))).toEqual([0, 1, 1, 1, 0]);
  });

  it('hashes the hash and the number of the attempt when a server is dead, nine times', () => {
    const ring = createRing(hosts(1000), { algorithm: 'python-memcached' });
    for (let i = 0; i < 50; i++) {
      const hashes = [crc.key(`key:${i}`) || 1];
      for (let attempt = 0; attempt < 9; attempt++) hashes.push(crc.key(`${hashes.at(-1)}${attempt}`) || 1);
      expect([...ring.sequence(`key:${i}`)]).toEqual([...new Set(hashes.map((hash) => hash % 1000))]);
    }
  });

  // Observed: the client found no server for these two.
  it.each(['key:25', '00863'])('gives up on %s where servers 1 and 3 of five are dead', (key) => {
    const nodes = [2, 3, 1, 2, 1].map((weight, i) => ({ host: '127.77.1.1', port: 25_001 + i, weight }));
    const ring = createRing(nodes, { algorithm: 'python-memcached' });
    expect([...ring.sequence(key)].filter((index) => index !== 1 && index !== 3)).toEqual([]);
  });
});
