import type { FastifyRequest } from 'fastify';

import { MAX_RELATIVE_TTL_SECONDS } from '../../backend/expiry.ts';
import { brokenKeyRule } from '../../backend/key-rule.ts';
import { MemcacheProxyError } from '../../memcache-proxy-error.ts';

const MAX_UINT32 = 2 ** 32 - 1;
/** memcached keeps absolute times in 32 signed bits. */
const MAX_EXPIRES_AT = 2 ** 31 - 1;

/**
 * The key that the path names.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_KEY naming the rule that it breaks.
 */
export function readKey(request: FastifyRequest): Buffer {
  const { key } = request.params as { key: string };
  const bytes = Buffer.from(key);
  const broken = brokenKeyRule(bytes);
  if (broken === undefined) return bytes;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_KEY', `a key ${broken}`);
}

/**
 * The TTL in memcached's terms, from `?ttl=` or else `Cache-Control: max-age=`; 0 when there is neither.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_TTL naming what was given.
 */
export function readTtlSeconds(request: FastifyRequest, nowMs: number): number {
  const { ttl } = request.query as { ttl?: string | string[] };
  if (ttl !== undefined) return toMemcachedTtl('?ttl', String(ttl), nowMs);
  const maxAge = /(?:^|[\s,])max-age=([^\s,]*)/i.exec(request.headers['cache-control'] ?? '');
  return maxAge === null ? 0 : toMemcachedTtl('Cache-Control: max-age', maxAge[1] ?? '', nowMs);
}

/**
 * The client flags, from `x-cache-flags`; 0 without it.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_FLAGS naming what was given.
 */
export function readFlags(request: FastifyRequest): number {
  const text = request.headers['x-cache-flags'];
  if (text === undefined) return 0;
  const flags = /^\d{1,10}$/.test(String(text)) ? Number(text) : Number.NaN;
  if (flags <= MAX_UINT32) return flags;
  const message = `x-cache-flags must be a whole number from 0 to ${MAX_UINT32}, got ${JSON.stringify(text)}`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_FLAGS', message);
}

function toMemcachedTtl(source: string, text: string, nowMs: number): number {
  const nowSeconds = Math.floor(nowMs / 1000);
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  const maxSeconds = MAX_EXPIRES_AT - nowSeconds;
  if (seconds < 1 || seconds > maxSeconds) {
    const message = `${source} must be a whole number of seconds from 1 to ${maxSeconds}, got ${JSON.stringify(text)}; leave it out to keep the value until memcached needs the room`;
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_TTL', message);
  }
  // Over HTTP a TTL is always a duration; above 30 days memcached would take it for a date.
  return seconds <= MAX_RELATIVE_TTL_SECONDS ? seconds : nowSeconds + seconds;
}
