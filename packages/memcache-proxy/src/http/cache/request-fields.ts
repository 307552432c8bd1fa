import type { FastifyRequest } from 'fastify';

import { MAX_RELATIVE_TTL_SECONDS } from '../../backend/expiry.ts';
import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { parseCacheControl } from './cache-control.ts';

const MAX_UINT32 = 2 ** 32 - 1;
/** memcached keeps absolute times in 32 signed bits. */
const MAX_EXPIRES_AT = 2 ** 31 - 1;

/** How long a body is to be kept. */
export interface Lifetime {
  /** In memcached's terms, with the stale time in it; 0 for ever. */
  readonly ttlSeconds: number;
  /** For how long at the end it may be served while it is replaced. */
  readonly staleSeconds: number;
}

/**
 * The lifetime that `?ttl=` or else `Cache-Control: max-age=`, and `stale-while-revalidate=`, ask for.
 * `toWindow` says how much of a stale time can be kept.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_TTL naming what was given.
 */
export function readLifetime(request: FastifyRequest, nowMs: number, toWindow: (seconds: number) => number): Lifetime {
  const { ttl } = request.query as { ttl?: string | string[] };
  const directives = parseCacheControl(request.headers['cache-control']);
  const given = ttl ?? directives.get('max-age');
  const stale = directives.get('stale-while-revalidate');
  if (given === undefined) {
    if (stale === undefined) return { ttlSeconds: 0, staleSeconds: 0 };
    const message =
      'Cache-Control: stale-while-revalidate must come with max-age, or with ?ttl: a value without an end is never stale';
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_TTL', message);
  }
  const source = ttl === undefined ? 'Cache-Control: max-age' : '?ttl';
  const fresh = toSeconds(source, String(given), nowMs);
  const staleSeconds =
    stale === undefined ? 0 : toWindow(toSeconds('Cache-Control: stale-while-revalidate', stale, nowMs, 0));
  if (fresh + staleSeconds > maxSeconds(nowMs)) throw badTtl(source, String(given), 1, nowMs);
  return { ttlSeconds: toMemcachedTtl(fresh + staleSeconds, nowMs), staleSeconds };
}

/**
 * A duration of a query parameter or header in memcached's terms.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_TTL naming what was given.
 */
export function readDuration(source: string, text: string, nowMs: number): number {
  return toMemcachedTtl(toSeconds(source, text, nowMs), nowMs);
}

/**
 * The client flags, from `x-cache-flags`; undefined without it.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_FLAGS naming what was given.
 */
export function readFlags(request: FastifyRequest): number | undefined {
  const text = request.headers['x-cache-flags'];
  if (text === undefined) return undefined;
  const flags = /^\d{1,10}$/.test(String(text)) ? Number(text) : Number.NaN;
  if (flags <= MAX_UINT32) return flags;
  const message = `x-cache-flags must be a whole number from 0 to ${MAX_UINT32}, got ${JSON.stringify(text)}`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_FLAGS', message);
}

function toSeconds(source: string, text: string, nowMs: number, least = 1): number {
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (seconds < least || seconds > maxSeconds(nowMs)) throw badTtl(source, text, least, nowMs);
  return seconds;
}

function badTtl(source: string, text: string, least: number, nowMs: number): MemcacheProxyError {
  const message = `${source} must be a whole number of seconds from ${least} to ${maxSeconds(nowMs)}, got ${JSON.stringify(text)}; leave it out to keep the value until memcached needs the room`;
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_TTL', message);
}

function maxSeconds(nowMs: number): number {
  return MAX_EXPIRES_AT - Math.floor(nowMs / 1000);
}

/** Over HTTP a TTL is always a duration; above 30 days memcached would take it for a date. */
function toMemcachedTtl(seconds: number, nowMs: number): number {
  return seconds <= MAX_RELATIVE_TTL_SECONDS ? seconds : Math.floor(nowMs / 1000) + seconds;
}
