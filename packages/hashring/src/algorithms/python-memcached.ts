import { crc } from '../hashes/crc.ts';
import { hostPort } from '../labels/host-port.ts';
import { tabulatedSpace } from '../ring/hash-space.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo, repeatedByWeight } from './list-modulo.ts';

/** `python-memcached` has no options. */
export type PythonMemcachedOptions = object;

const ATTEMPTS = 10;

/**
 * Python's python-memcached: 15 bits of CRC-32, or 1 where they are 0, modulo a list in which each server is as often as
 * its weight says. When a server is dead, the decimal of that hash and of the number of the attempt is hashed, up to nine
 * times. A key is hashed with the `key_prefix` of `get_multi` in front; of a key that is a tuple the hash is taken as it is.
 */
export const pythonMemcached: Algorithm<PythonMemcachedOptions> = {
  name: 'python-memcached',
  options: {},
  weights: 'integer',
  label: hostPort,
  place(nodes) {
    const list = repeatedByWeight(nodes.map(({ weight = 1 }) => weight));
    const placement = listModulo({
      hash,
      hashId: crc.name,
      hashBits: 15,
      list,
      *failover(key, pick) {
        let attempted = hash(key);
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
          yield pick(attempted);
          attempted = hash(`${attempted}${attempt}`);
        }
      },
    });
    return { ...placement, space: () => tabulatedSpace(crc.name, 15, (value) => list[(value || 1) % list.length]!) };
  },
};

function hash(key: RingKey): number {
  return crc.key(key) || 1;
}
