import { hostUnlessDefaultPort } from '../labels/host-unless-default-port.ts';
import type { Algorithm } from './algorithm.ts';
import { unweightedRing, unweightedRules, type UnweightedOptions } from './libmemcached-unweighted.ts';

/** Options of `libmemcached-consistent`. */
export type LibmemcachedConsistentOptions = UnweightedOptions;

/**
 * libmemcached's `DISTRIBUTION_CONSISTENT`, pylibmc's `ketama`: in spite of that name not ketama, but 100 points per
 * server, made with the hash of the keys. Weights above 1 change it silently: see `weighted`. `KETAMA_HASH` has no effect.
 * Debian's build of libmemcached aborts the process at the 101st server; this does not.
 */
export const libmemcachedConsistent: Algorithm<LibmemcachedConsistentOptions> = {
  name: 'libmemcached-consistent',
  options: unweightedRules,
  weights: 'integer',
  label: hostUnlessDefaultPort,
  ejects: true,
  place: (nodes, options, origin) => unweightedRing(nodes, options, hostUnlessDefaultPort, origin),
};
