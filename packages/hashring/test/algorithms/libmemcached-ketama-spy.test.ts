import { describe, expect, it } from 'vitest';

import { createRing, type RingOptions } from '../../src/index.ts';

const keys = Array.from({ length: 300 }, (_, i) => `key:${i}`);

describe('libmemcached-ketama-spy', () => {
  it.each(['auto', 'always'] as const)(
    'labels nodes /host:port, with the port also where it is 11211 (%s)',
    (weighted) => {
      const options: RingOptions = { algorithm: 'libmemcached-ketama-spy', weighted };
      const ring = createRing([{ host: 'a' }, { host: 'b', port: 1 }, { host: '/s' }], options);
      const labelled = createRing(
        [
          { host: 'x', label: '/a:11211' },
          { host: 'y', label: '/b:1' },
          { host: 'z', label: '//s:0' },
        ],
        { ...options, algorithm: 'libmemcached-consistent' },
      );
      for (const key of keys) expect(ring.pick(key)).toBe(labelled.pick(key));
    },
  );
});
