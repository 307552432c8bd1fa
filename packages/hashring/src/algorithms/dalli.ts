import { numberedAttempts } from '../failover/numbered-attempts.ts';
import { crc32 } from '../hashes/crc32.ts';
import { prefixedHash } from '../hashes/prefixed-hash.ts';
import { sha1 } from '../hashes/sha1.ts';
import { dalliKey, mayBeTooLong } from '../keys/dalli-key.ts';
import { hostPort } from '../labels/host-port.ts';
import { predecessor } from '../lookups/predecessor.ts';
import { dalliCounts } from '../points/dalli-counts.ts';
import { numberedPoints } from '../points/numbered-points.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Algorithm } from './algorithm.ts';
import { flag, text } from './option-rules.ts';
import { pointRing } from './point-ring.ts';

/** Options of `dalli`. */
export interface DalliOptions {
  /** What stands in front of every key with a colon behind it, and is hashed with it. @default '' for none */
  readonly namespace?: string;
  /** Whether a key whose server is dead is hashed anew, up to 19 times. @default true */
  readonly failover?: boolean;
}

const ATTEMPTS = 20;

/**
 * Ruby's dalli 3: points are SHA-1, keys CRC-32, and a key belongs to the last point that is not above it. A key of more
 * than 250 characters is hashed as it is sent: its beginning and its MD5.
 */
export const dalli: Algorithm<DalliOptions> = {
  name: 'dalli',
  options: { namespace: text(), failover: flag(true) },
  weights: 'integer',
  label: hostPort,
  place(nodes, { namespace, failover }, origin) {
    const prefix = namespace === '' ? '' : `${namespace}:`;
    const { key: hashPrefixed, id } = prefixedHash(crc32, prefix);
    const hash = (key: RingKey): number =>
      mayBeTooLong(prefix, key) ? crc32.key(dalliKey(prefix, key)) : hashPrefixed(key);
    return pointRing(
      {
        labels: nodes.map(hostPort),
        counts: dalliCounts(nodes.map(({ weight = 1 }) => weight)),
        stream: numberedPoints(sha1, ':'),
        // The lookup takes the last of equal points: Ruby's sort, where it is stable, leaves that of the last node there.
        ties: 'first',
        hash,
        // Also that of other clients: they differ only in keys that memcached does not take.
        hashId: id,
        lookup: predecessor,
        *failover(key, pick) {
          yield pick(hash(key));
          if (!failover) return;
          for (const value of numberedAttempts(crc32, dalliKey(prefix, key), ATTEMPTS - 1)) yield pick(value);
        },
      },
      origin,
    );
  },
};
