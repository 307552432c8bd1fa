import type { RingKey } from '../ring/ring.ts';
import { crc } from './crc.ts';
import { javaStringHash } from './java-string-hash.ts';
import { md5 } from './md5.ts';
import { utf16Fnv1aOf32, utf16Fnv1aOf64, utf16Fnv1of32, utf16Fnv1of64 } from './utf16-fnv.ts';

/** The hashes of spymemcached, as its `DefaultHashAlgorithm` names them. */
export type SpymemcachedHashName =
  | 'NATIVE_HASH'
  | 'CRC_HASH'
  | 'FNV1_64_HASH'
  | 'FNV1A_64_HASH'
  | 'FNV1_32_HASH'
  | 'FNV1A_32_HASH'
  | 'KETAMA_HASH';

/** A hash of keys. */
export interface KeyHash {
  /** Names it: equal ids mean equal hashes. */
  readonly id: string;
  /** How many low bits it fills. */
  readonly bits: number;
  /** Returns a signed 32-bit integer. */
  readonly key: (key: RingKey) => number;
}

/** `CRC_HASH` and `KETAMA_HASH` (md5) hash UTF-8, the others UTF-16 units; a key given as bytes is read as UTF-8. */
export const spymemcachedHashes: Readonly<Record<SpymemcachedHashName, KeyHash>> = {
  NATIVE_HASH: { id: 'java', bits: 32, key: javaStringHash },
  CRC_HASH: { id: crc.name, bits: 15, key: crc.key },
  FNV1_64_HASH: { id: 'utf-16 fnv1_64', bits: 32, key: utf16Fnv1of64 },
  FNV1A_64_HASH: { id: 'utf-16 fnv1a_64', bits: 32, key: utf16Fnv1aOf64 },
  FNV1_32_HASH: { id: 'utf-16 fnv1_32', bits: 32, key: utf16Fnv1of32 },
  FNV1A_32_HASH: { id: 'utf-16 fnv1a_32', bits: 32, key: utf16Fnv1aOf32 },
  KETAMA_HASH: { id: md5.name, bits: 32, key: md5.key },
};

/** The names of {@link spymemcachedHashes}. */
export const SPYMEMCACHED_HASH_NAMES: readonly SpymemcachedHashName[] = Object.keys(
  spymemcachedHashes,
) as SpymemcachedHashName[];
