import { DEFAULT_PORT } from '../labels/host-unless-default-port.ts';
import { hostPortUnless } from '../labels/host-port-unless.ts';
import type { Algorithm } from './algorithm.ts';
import { hashringRing } from './npm-hashring-ring.ts';
import { flag, oneOf, text } from './option-rules.ts';

/** Options of `npm-memcached`. */
export interface NpmMemcachedOptions {
  /** `algorithm`. @default 'md5' */
  readonly hash?: 'md5' | 'sha1' | 'sha256';
  /** With `ketama` labels leave out port 11211, with `hash_ring` they do not and a digest gives 3 points. @default 'ketama' */
  readonly compatibility?: 'ketama' | 'hash_ring';
  /** What stands in front of every key, without anything between, and is hashed with it. @default '' */
  readonly namespace?: string;
  /** Whether servers that fail are taken out of the ring. @default false */
  readonly remove?: boolean;
}

/**
 * npm `memcached` 2.2: npm hashring with its own labels. What it asks the chosen server for
 * can be another key than the one that it chose it by: see {@link npmMemcachedWireKey}.
 */
export const npmMemcached: Algorithm<NpmMemcachedOptions> = {
  name: 'npm-memcached',
  options: {
    hash: oneOf('md5', ['md5', 'sha1', 'sha256']),
    compatibility: oneOf('ketama', ['ketama', 'hash_ring']),
    namespace: text(),
    remove: flag(false),
  },
  weights: 'number',
  label: (node, { compatibility }) => hostPortUnless(defaultPort(compatibility))(node),
  ejects: true,
  place(nodes, { hash, compatibility, namespace, remove }, origin) {
    const ring = hashringRing(
      nodes,
      {
        hash,
        vnodeCount: 40,
        replicas: compatibility === 'ketama' ? 4 : 3,
        defaultPort: defaultPort(compatibility),
        namespace,
      },
      origin,
    );
    return remove ? ring : { ...ring, failover: (key) => [ring.pick(key)] };
  },
};

function defaultPort(compatibility: string): number {
  return compatibility === 'ketama' ? DEFAULT_PORT : 0;
}
