import { crc32 } from 'node:zlib';

import type { ReadResult } from '@lockstep/memcache';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { toHex } from './to-hex.ts';

/** What an `If-Match` or `If-None-Match` header says: any version, or one of these. */
export type EntityTags = '*' | readonly EntityTag[];

/** One entity tag of a header. */
export interface EntityTag {
  readonly isWeak: boolean;
  /** What stands between the quotes. */
  readonly opaque: string;
}

const MAX_CAS = 2n ** 64n - 1n;
const LIST = /^[\s,]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(?:,[\s,]*|$))+$/;

/**
 * The tags of an `If-Match` or `If-None-Match` header. Source: RFC 9110, section 13.1.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_CONDITION when it is no list of entity tags.
 */
export function parseEntityTags(name: string, header: string): EntityTags {
  if (header.trim() === '*') return '*';
  if (!LIST.test(header)) {
    const message = `${name} must be "*" or quoted entity tags such as "\\"123\\"", got ${JSON.stringify(header)}`;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_CONDITION', message);
  }
  return Array.from(header.matchAll(/(W\/)?"([^"]*)"/g), ([, weak, opaque = '']) => ({
    isWeak: weak !== undefined,
    opaque,
  }));
}

/** True when one of the tags has what stands between the quotes of `etag`; that is the weak comparison. */
export function matchesWeakly(tags: EntityTags, etag: string | undefined): boolean {
  return tags === '*' || tags.some(({ opaque }) => etag === `"${opaque}"`);
}

/** A version of a value that a tag stands for. */
export interface Version {
  readonly cas: bigint;
  /** Undefined in tags that tell a client to refresh: they are of a moment, not of a content. */
  readonly checksum: string | undefined;
}

/** The versions that strong tags stand for; the tags of all representations of a value stand for the same. */
export function toVersions(tags: readonly EntityTag[]): Version[] {
  return tags.flatMap(({ isWeak, opaque }) => {
    const match = isWeak ? null : /^(\d{1,20})(?:-([\da-f]{1,8})(?:-i)?)?$/.exec(opaque);
    const cas = BigInt(match?.[1] ?? 0);
    return cas > 0n && cas <= MAX_CAS ? [{ cas, checksum: match?.[2] }] : [];
  });
}

/**
 * The tag of a value as it is stored, or of what it inflates to: its CAS value, and a checksum of its
 * bytes and flags. memcached counts CAS values from 1 again when it starts, and each node counts for
 * itself, so that the CAS value alone can come again with another value.
 */
export function toEntityTag(
  { cas, flags }: Pick<ReadResult, 'cas' | 'flags'>,
  value: Buffer,
  isInflated = false,
): string {
  const checksum = checksumOf(value, flags);
  return isInflated ? `"${cas}-${checksum}-i"` : `"${cas}-${checksum}"`;
}

/** What stands behind the CAS value in a tag. */
export function checksumOf(value: Buffer, flags: number): string {
  return toHex(crc32(value, flags));
}

/** What tells a client to store: a tag for `If-Match` of the lease or of the stale value. */
export function toRefreshTag(cas: bigint): string {
  return `"${cas}"`;
}
