import { SPYMEMCACHED_FAILURE_MODES, type SpymemcachedFailureMode } from '../failover/spymemcached-failure-mode.ts';
import {
  SPYMEMCACHED_HASH_NAMES,
  spymemcachedHashes,
  type SpymemcachedHashName,
} from '../hashes/spymemcached-hashes.ts';
import { hostPort } from '../labels/host-port.ts';
import type { Algorithm } from './algorithm.ts';
import { listModulo } from './list-modulo.ts';
import { oneOf } from './option-rules.ts';

/** Options of `spymemcached-arraymod`. */
export interface SpymemcachedArraymodOptions {
  /** Its `HashAlgorithm`. @default 'NATIVE_HASH' */
  readonly hash?: SpymemcachedHashName;
  /** With `Redistribute` the next servers of the list are tried when one is dead. @default 'Redistribute' */
  readonly failureMode?: SpymemcachedFailureMode;
}

/** Java's spymemcached with `Locator.ARRAY_MOD`, its default: the hash modulo the number of servers. */
export const spymemcachedArraymod: Algorithm<SpymemcachedArraymodOptions> = {
  name: 'spymemcached-arraymod',
  options: {
    hash: oneOf('NATIVE_HASH', SPYMEMCACHED_HASH_NAMES),
    failureMode: oneOf('Redistribute', SPYMEMCACHED_FAILURE_MODES),
  },
  weights: 'none',
  label: hostPort,
  place(nodes, { hash, failureMode }) {
    const { key, id, bits } = spymemcachedHashes[hash];
    const placement = listModulo({ hash: key, hashId: id, hashBits: bits, list: [...nodes.keys()] });
    return failureMode === 'Redistribute' ? { ...placement, failover: placement.walk } : placement;
  },
};
