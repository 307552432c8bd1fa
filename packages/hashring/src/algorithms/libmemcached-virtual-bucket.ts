import { compareHosts } from '../labels/compare-hosts.ts';
import { hostUnlessDefaultPort } from '../labels/host-unless-default-port.ts';
import type { Algorithm, Placement } from './algorithm.ts';
import { libmemcachedKeyHash, libmemcachedRules, type LibmemcachedOptions } from './libmemcached-options.ts';
import { listModulo } from './list-modulo.ts';
import type { OptionRule } from './option-rules.ts';
import { sortedNodes } from './sorted-nodes.ts';

/** Options of `libmemcached-virtual-bucket`. */
export interface LibmemcachedVirtualBucketOptions extends LibmemcachedOptions {
  /**
   * The index of the server of each bucket: the host map of `memcached_bucket_set` and of php-memcached's `setBucket`.
   * Its length should be a power of 2: the hash is masked with the length minus 1, so that otherwise some buckets are
   * never used. Where it is empty, the servers themselves are the buckets, of which the same is true.
   *
   * @default []
   */
  readonly buckets?: readonly number[];
}

/** The rule of a map from buckets to nodes. */
export const bucketMap: OptionRule<readonly number[]> = {
  default: [],
  expected: 'a list of indexes of nodes',
  accepts: (value) => Array.isArray(value) && value.every((index) => Number.isInteger(index) && index >= 0),
};

/** libmemcached's `DISTRIBUTION_VIRTUAL_BUCKET`. Weights mean nothing to it, and servers that fail are not taken out. */
export const libmemcachedVirtualBucket: Algorithm<LibmemcachedVirtualBucketOptions> = {
  name: 'libmemcached-virtual-bucket',
  options: {
    ...libmemcachedRules('one_at_a_time'),
    buckets: bucketMap,
  },
  weights: 'integer',
  label: hostUnlessDefaultPort,
  place: (nodes, options) =>
    options.sortHosts
      ? sortedNodes(nodes, compareHosts, undefined, (sorted) => place(sorted.length, options))
      : place(nodes.length, options),
};

function place(count: number, options: Required<LibmemcachedVirtualBucketOptions>): Placement {
  const { buckets } = options;
  const stranger = buckets.find((index) => index >= count);
  if (stranger !== undefined) throw new RangeError(`buckets names node ${stranger}, there are ${count} nodes`);
  const size = buckets.length || count;
  // A mask looks at as many low bits as the size minus 1 has.
  const values = 2 ** (32 - Math.clz32(size - 1));
  const list = Array.from({ length: values }, (_, value) => {
    const bucket = value & (size - 1);
    return buckets[bucket] ?? bucket;
  });
  return listModulo({ ...libmemcachedKeyHash(options), list });
}
