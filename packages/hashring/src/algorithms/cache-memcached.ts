import { addedRehash } from '../failover/added-rehash.ts';
import { crc } from '../hashes/crc.ts';
import { hostPort } from '../labels/host-port.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo, repeatedByWeight } from './list-modulo.ts';

/** `cache-memcached` has no options. */
export interface CacheMemcachedOptions {}

/** How many servers `get` asks; `set` and all others stop one earlier. */
const MAX_TRIES = 21;

/**
 * Perl's Cache::Memcached 1.30: 15 bits of the CRC-32 modulo a list in which each server is as often as its weight says.
 * The `namespace` is sent, but not hashed. Nearly every key moves when a server is added.
 *
 * `sequence` is what `get` asks, with `no_rehash` too: that stops only `set`, `delete` and the others at the owner.
 */
export const cacheMemcached: Algorithm<CacheMemcachedOptions> = {
  name: 'cache-memcached',
  options: {},
  weights: 'integer',
  label: hostPort,
  place: (nodes) =>
    listModulo({
      hash: crc.key,
      hashId: crc.name,
      hashBits: 15,
      list: repeatedByWeight(nodes.map(({ weight = 1 }) => weight)),
      *failover(key, pick) {
        let left = MAX_TRIES;
        for (const hash of addedRehash(key)) {
          yield pick(hash);
          if (--left === 0) return;
        }
      },
    }),
};
