import { crc32 } from '../hashes/crc32.ts';
import { hostPort } from '../labels/host-port.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo, repeatedByWeight } from './list-modulo.ts';

/** `gomemcache` has no options. */
export type GomemcacheOptions = object;

/**
 * Go's bradfitz/gomemcache: CRC-32 modulo the number of servers. It does not fail over. It has weights only where a server
 * is in the list of `SetServers` more than once, one after the other: a weight says how often.
 */
export const gomemcache: Algorithm<GomemcacheOptions> = {
  name: 'gomemcache',
  options: {},
  weights: 'integer',
  label: hostPort,
  place: (nodes) =>
    listModulo({
      hash: crc32.key,
      hashId: crc32.name,
      list: repeatedByWeight(nodes.map(({ weight = 1 }) => weight)),
    }),
};
