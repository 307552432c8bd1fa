import { slashHostPort } from '../labels/slash-host-port.ts';
import type { Algorithm } from './algorithm.ts';
import { unweightedRing, unweightedRules, type UnweightedOptions } from './libmemcached-unweighted.ts';

/** Options of `libmemcached-ketama-spy`. */
export type LibmemcachedKetamaSpyOptions = UnweightedOptions;

/**
 * libmemcached's `DISTRIBUTION_CONSISTENT_KETAMA_SPY`: `libmemcached-consistent` with the labels that it takes for
 * spymemcached's. Setting it leaves weighted points weighted: `weighted` is `always` where `KETAMA_WEIGHTED` was set before.
 */
export const libmemcachedKetamaSpy: Algorithm<LibmemcachedKetamaSpyOptions> = {
  name: 'libmemcached-ketama-spy',
  options: unweightedRules,
  weights: 'integer',
  label: slashHostPort,
  ejects: true,
  place: (nodes, options, origin) => unweightedRing(nodes, options, slashHostPort, origin),
};
