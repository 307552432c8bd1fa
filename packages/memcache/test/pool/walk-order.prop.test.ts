import { createRing, type RingOptions } from '@lockstep/hashring';
import { assert, property, stringMatching, subarray } from 'fast-check';
import { expect, it } from 'vitest';

import { WalkOrder } from '../../src/pool/walk-order.ts';

const rings: RingOptions[] = [
  { algorithm: 'ketama' },
  { algorithm: 'rendezvous' },
  { algorithm: 'weighted-rendezvous' },
  { algorithm: 'multi-probe' },
  { algorithm: 'maglev' },
  { algorithm: 'pymemcache' },
  { algorithm: 'npm-memcached' },
  { algorithm: 'npm-memcached', remove: true },
  { algorithm: 'twemproxy-ketama' },
  { algorithm: 'twemproxy-modula', autoEjectHosts: true },
  { algorithm: 'twemproxy-modula', autoEjectHosts: false },
  { algorithm: 'libmemcached-consistent' },
  { algorithm: 'libmemcached-consistent', removeFailedServers: true },
  { algorithm: 'libmemcached-ketama-spy', removeFailedServers: true },
  { algorithm: 'dalli' },
  { algorithm: 'python-memcached' },
  { algorithm: 'jump' },
];

it.each(rings)('finds the first node that lives in the sequence of the ring: %o', (options) => {
  const nodes = Array.from({ length: 5 }, (_, index) => ({ host: `10.0.0.${index + 1}`, port: 11211 }));
  const ring = createRing(nodes, options);
  const order = new WalkOrder(ring);
  assert(
    property(stringMatching(/^[a-z]{1,20}$/), subarray([0, 1, 2, 3, 4]), (key, dead) => {
      const expected = [...ring.sequence(key)].find((index) => !dead.includes(index));
      expect(order.find(key, (index) => !dead.includes(index))).toBe(expected);
    }),
    { numRuns: 60 },
  );
});
