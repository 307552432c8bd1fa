import { peclRehash } from '../failover/pecl-rehash.ts';
import { peclServer } from '../labels/pecl-server.ts';
import { tabulatedSpace } from '../ring/hash-space.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo, repeatedByWeight } from './list-modulo.ts';
import { type PeclMemcacheOptions, peclMemcacheOptions, peclMemcacheParts } from './pecl-memcache-options.ts';

/**
 * PECL memcache's `memcache.hash_strategy = standard`: 15 bits of the hash modulo a list in which each server is as
 * often as its weight says. With `crc32` it is python-memcached's rule, prepared keys aside. Nearly every key moves
 * when a server is added. PHP refuses a weight of 0; here such a server gets no key.
 */
export const peclMemcacheStandard: Algorithm<PeclMemcacheOptions> = {
  name: 'pecl-memcache-standard',
  options: peclMemcacheOptions,
  weights: 'integer',
  label: peclServer,
  place(nodes, options) {
    const { hash, hashKey, prefix, hashId, attempts } = peclMemcacheParts(options);
    const list = repeatedByWeight(nodes.map(({ weight = 1 }) => weight));
    const placement = listModulo({
      hash: (key) => fold(hashKey(key)),
      hashId,
      list,
      *failover(key, pick) {
        for (const value of peclRehash(hash, prefix, key, attempts)) yield pick(fold(value));
      },
    });
    return {
      ...placement,
      space: () => tabulatedSpace(`${hashId}, bits 16 to 30`, 15, (value) => list[(value || 1) % list.length]!),
    };
  },
};

/** Bits 16 to 30, and 1 where they are 0. */
function fold(value: number): number {
  return (value >>> 16) & 0x7fff || 1;
}
