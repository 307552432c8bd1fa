import { crc32, crc32Update } from '../hashes/crc32.ts';
import { loadKey } from '../keys/key-buffer.ts';
import { splitFastAddress } from '../labels/fast-address.ts';
import { hostPort } from '../labels/host-port.ts';
import { continuumList } from '../lookups/continuum-list.ts';
import { successor } from '../lookups/successor.ts';
import { crc32Chain } from '../points/crc32-chain.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo } from './list-modulo.ts';
import { integer, text } from './option-rules.ts';
import { pointRing } from './point-ring.ts';

/** Options of `cache-memcached-fast`. */
export interface CacheMemcachedFastOptions {
  /**
   * `ketama_points`: how many points a server of weight 1 has on the ring; the module's documentation recommends 150, and
   * 160 is nginx's `hash … consistent`. With 0 there is no ring, but Cache::Memcached's list.
   *
   * @default 0
   */
  readonly ketamaPoints?: number;
  /** The `namespace` where `hash_namespace` is on. Leave it out where that is off: then it is not hashed. @default '' */
  readonly hashPrefix?: string;
}

/**
 * Perl's Cache::Memcached::Fast 0.28. Weights may be fractions. It never asks a second server. It refuses a weight of 0;
 * here such a server gets no key.
 */
export const cacheMemcachedFast: Algorithm<CacheMemcachedFastOptions> = {
  name: 'cache-memcached-fast',
  options: { ketamaPoints: integer(0, 0, 100_000), hashPrefix: text() },
  weights: 'number',
  label: hostPort,
  place(nodes, { ketamaPoints, hashPrefix }, origin) {
    const hash = hashPrefix === '' ? crc32.key : crc32After(hashPrefix);
    const suffix = hashPrefix === '' ? '' : ` after ${JSON.stringify(hashPrefix)}`;
    const weights = nodes.map(({ weight = 1 }) => weight);
    if (ketamaPoints === 0) {
      const list = continuumList(weights);
      return listModulo({ hash: (key) => (hash(key) >>> 16) & 0x7fff, hashId: `crc${suffix}`, hashBits: 15, list });
    }
    return pointRing(
      {
        labels: nodes.map(hostPort),
        counts: weights.map((weight) => Math.floor(ketamaPoints * weight + 0.5)),
        stream: crc32Chain(splitFastAddress),
        ties: 'first',
        hash,
        hashId: `crc32${suffix}`,
        lookup: successor,
      },
      origin,
    );
  },
};

/** The CRC-32 of a prefix and a key, which goes on where that of the prefix ended. */
function crc32After(prefix: string): (key: RingKey) => number {
  const start = crc32Update(-1, 0, loadKey(prefix));
  return (key) => ~crc32Update(start, 0, loadKey(key));
}
