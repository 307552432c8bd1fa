import { hostUnlessDefaultPort } from '../labels/host-unless-default-port.ts';
import type { Algorithm } from './algorithm.ts';
import {
  libmemcachedRing,
  type LibmemcachedRingOptions,
  libmemcachedRingRules,
  weightedPoints,
} from './libmemcached-ring.ts';

/** Options of `ketama`. Points are always md5, whatever keys are hashed with. */
export type KetamaOptions = LibmemcachedRingOptions;

/**
 * libmemcached's weighted ketama: php-memcached's `OPT_LIBKETAMA_COMPATIBLE`, pylibmc's `ketama_weighted`.
 * Debian's build of libmemcached aborts the process at the 101st server; this does not.
 */
export const ketama: Algorithm<KetamaOptions> = {
  name: 'ketama',
  options: libmemcachedRingRules('md5'),
  weights: 'integer',
  label: hostUnlessDefaultPort,
  ejects: true,
  place: (nodes, options, origin) => libmemcachedRing(nodes, options, weightedPoints(hostUnlessDefaultPort), origin),
};
