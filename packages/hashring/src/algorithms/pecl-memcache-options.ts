import type { CharSignedness } from '../hashes/char-signedness.ts';
import { crc32 } from '../hashes/crc32.ts';
import { fnv1aOf32 } from '../hashes/fnv.ts';
import type { Hash } from '../hashes/hash.ts';
import { loadPeclKey } from '../keys/pecl-key.ts';
import type { RingKey } from '../ring/ring.ts';
import { type OptionRules, flag, integer, oneOf, text } from './option-rules.ts';

/** Options of `pecl-memcache-consistent` and `pecl-memcache-standard`. */
export interface PeclMemcacheOptions {
  /** What points and keys are hashed with: the ini setting `memcache.hash_function`. @default 'crc32' */
  readonly hash?: 'crc32' | 'fnv';
  /**
   * What stands in front of every key, and is hashed with it: `memcache.prefix_static_key`, with the host name behind
   * it where `memcache.prefix_host_key` is on.
   *
   * @default ''
   */
  readonly prefix?: string;
  /** Whether `sequence` goes on behind the owner: `memcache.allow_failover`. @default true */
  readonly allowFailover?: boolean;
  /** How often a key is hashed anew when its server is dead: `memcache.max_failover_attempts`. @default 20 */
  readonly maxFailoverAttempts?: number;
  /** What PHP was compiled for: x86 has signed `char`, ARM Linux unsigned. Matters to `fnv` only. @default 'signed' */
  readonly charSignedness?: CharSignedness;
}

/** The rules of {@link PeclMemcacheOptions}. */
export const peclMemcacheOptions: OptionRules<PeclMemcacheOptions> = {
  hash: oneOf('crc32', ['crc32', 'fnv']),
  prefix: text(),
  allowFailover: flag(true),
  maxFailoverAttempts: integer(20, 1, 10_000),
  charSignedness: oneOf('signed', ['signed', 'unsigned']),
};

/** What both strategies do with the options. */
export interface PeclMemcacheParts {
  readonly hash: Hash;
  /** Hashes a key that is not prepared yet. */
  readonly hashKey: (key: RingKey) => number;
  readonly prefix: Uint8Array;
  /** Names the hash: a key that memcached accepts is hashed as it is, behind the prefix. */
  readonly hashId: string;
  readonly attempts: number;
}

/** The parts that the options ask for. */
export function peclMemcacheParts(options: Required<PeclMemcacheOptions>): PeclMemcacheParts {
  const { prefix, charSignedness, allowFailover, maxFailoverAttempts } = options;
  const hash = options.hash === 'fnv' ? fnv1aOf32[charSignedness] : crc32;
  const prefixBytes = new TextEncoder().encode(prefix);
  return {
    hash,
    hashKey: (key) => hash.buffered(loadPeclKey(prefixBytes, key)),
    prefix: prefixBytes,
    hashId: prefix === '' ? hash.name : `${hash.name} after ${JSON.stringify(prefix)}`,
    attempts: allowFailover ? maxFailoverAttempts : 0,
  };
}
