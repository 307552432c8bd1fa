import { compareHosts } from '../labels/compare-hosts.ts';
import { hostUnlessDefaultPort } from '../labels/host-unless-default-port.ts';
import type { Algorithm } from './algorithm.ts';
import { libmemcachedKeyHash, libmemcachedRules, type LibmemcachedOptions } from './libmemcached-options.ts';
import { listModulo } from './list-modulo.ts';
import { sortedNodes } from './sorted-nodes.ts';

/** Options of `libmemcached-modula`. */
export type LibmemcachedModulaOptions = LibmemcachedOptions;

/**
 * libmemcached's default: the hash of the key modulo the number of servers. Weights mean nothing to it, and servers that
 * fail are not taken out, whatever `OPT_REMOVE_FAILED_SERVERS` says.
 */
export const libmemcachedModula: Algorithm<LibmemcachedModulaOptions> = {
  name: 'libmemcached-modula',
  options: libmemcachedRules('one_at_a_time'),
  weights: 'integer',
  label: hostUnlessDefaultPort,
  place: (nodes, options) =>
    options.sortHosts
      ? sortedNodes(nodes, compareHosts, undefined, (sorted) => place(sorted.length, options))
      : place(nodes.length, options),
};

function place(count: number, options: Required<LibmemcachedOptions>): ReturnType<typeof listModulo> {
  return listModulo({ ...libmemcachedKeyHash(options), list: Array.from({ length: count }, (_, index) => index) });
}
