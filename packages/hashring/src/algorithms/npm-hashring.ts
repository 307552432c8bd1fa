import { hostPortUnless } from '../labels/host-port-unless.ts';
import type { Algorithm } from './algorithm.ts';
import { hashringRing } from './npm-hashring-ring.ts';
import { integer, oneOf } from './option-rules.ts';

/** Options of `npm-hashring`. */
export interface NpmHashringOptions {
  /** Its second argument, `algorithm`. A function and the other digests of OpenSSL are not offered. @default 'md5' */
  readonly hash?: 'md5' | 'sha1' | 'sha256';
  /** How many digests a node of average weight gets: `vnode count`. @default 40 */
  readonly vnodeCount?: number;
  /**
   * How many points a digest gives: 4, or 3 with `compatibility: 'hash_ring'`. At most as many as the digest has words:
   * 4 of md5, 5 of sha1, 8 of sha256.
   *
   * @default 4
   */
  readonly replicas?: number;
  /** The port that labels leave out: `default port`. 0 stands for none. @default 0 */
  readonly defaultPort?: number;
}

/**
 * npm `hashring` 3.2, which counts its points in 64-bit floats: with 7, 14 or 25 equal servers it puts nearly 3 % of the
 * keys elsewhere than libmemcached. A node may have a field `vnodes`, its own number of digests. `ring.replicas(key, n)`
 * is `range(key, n)`, to which servers without a point are added at the end.
 */
export const npmHashring: Algorithm<NpmHashringOptions> = {
  name: 'npm-hashring',
  options: {
    hash: oneOf('md5', ['md5', 'sha1', 'sha256']),
    vnodeCount: integer(40, 1, 2 ** 20),
    replicas: integer(4, 1, 8),
    defaultPort: integer(0, 0, 65_535),
  },
  weights: 'number',
  label: (node, { defaultPort }) => hostPortUnless(defaultPort)(node),
  place: (nodes, options, origin) => hashringRing(nodes, { ...options, namespace: '' }, origin),
};
