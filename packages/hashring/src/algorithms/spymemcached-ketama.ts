import { SPYMEMCACHED_FAILURE_MODES, type SpymemcachedFailureMode } from '../failover/spymemcached-failure-mode.ts';
import { spymemcachedAttempts } from '../failover/spymemcached-attempts.ts';
import {
  SPYMEMCACHED_HASH_NAMES,
  spymemcachedHashes,
  type SpymemcachedHashName,
} from '../hashes/spymemcached-hashes.ts';
import { type SpymemcachedFormat, spymemcachedLabel } from '../labels/spymemcached-label.ts';
import { successor } from '../lookups/successor.ts';
import { ketamaCounts } from '../points/ketama-counts.ts';
import { md5Points } from '../points/md5-points.ts';
import { textPoints } from '../points/text-points.ts';
import type { Algorithm } from './algorithm.ts';
import { flag, oneOf } from './option-rules.ts';
import { pointRing } from './point-ring.ts';

/** Options of `spymemcached-ketama`. */
export interface SpymemcachedKetamaOptions {
  /** Its `HashAlgorithm`, for keys, and for points too unless it is `weighted`, when they are md5. @default 'KETAMA_HASH' */
  readonly hash?: SpymemcachedHashName;
  /** Its `KetamaNodeKeyFormatter.Format`: see {@link spymemcachedLabel}. @default 'SPYMEMCACHED' */
  readonly format?: SpymemcachedFormat;
  /** Whether the client was given weights. Without, those of the nodes mean nothing. @default false */
  readonly weighted?: boolean;
  /** With `Redistribute` a key whose server is dead is hashed anew, six times. @default 'Redistribute' */
  readonly failureMode?: SpymemcachedFailureMode;
}

const POINTS_PER_NODE = 160;

/**
 * Java's spymemcached with `KetamaNodeLocator` (`Locator.CONSISTENT`). Of equal points that of the last server wins.
 */
export const spymemcachedKetama: Algorithm<SpymemcachedKetamaOptions> = {
  name: 'spymemcached-ketama',
  options: {
    hash: oneOf('KETAMA_HASH', SPYMEMCACHED_HASH_NAMES),
    format: oneOf('SPYMEMCACHED', ['SPYMEMCACHED', 'LIBMEMCACHED']),
    weighted: flag(false),
    failureMode: oneOf('Redistribute', SPYMEMCACHED_FAILURE_MODES),
  },
  weights: 'integer',
  label: (node, { format }) => spymemcachedLabel(format)(node),
  place(nodes, { hash: name, format, weighted, failureMode }, origin) {
    const { key: hash, id, bits } = spymemcachedHashes[name];
    return pointRing(
      {
        labels: nodes.map(spymemcachedLabel(format)),
        counts: weighted ? ketamaCounts(nodes.map(({ weight = 1 }) => weight)) : nodes.map(() => POINTS_PER_NODE),
        stream: weighted || name === 'KETAMA_HASH' ? md5Points : textPoints(hash),
        ties: 'last',
        overwrite: true,
        hash,
        hashId: id,
        hashBits: bits,
        lookup: successor,
        *failover(key, pick) {
          for (const value of spymemcachedAttempts(hash, key)) {
            yield pick(value);
            if (failureMode !== 'Redistribute') return;
          }
        },
      },
      origin,
    );
  },
};
