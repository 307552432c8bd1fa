import type { Key } from '@lockstep/memcache';
import type { FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import type { CacheFace } from './cache-face.ts';
import { conditionOf } from './write-value.ts';

/** What Fastify's error for a body over its bound is called. */
export const BODY_TOO_LARGE = 'FST_ERR_CTP_BODY_TOO_LARGE';

/**
 * The answer to a value that is too large: as memcached does with such a `set`, the old value must not outlive
 * the attempt to replace it. Conditional writes leave it. `keyOf` is asked for the key, after the right to write it.
 * Resolves with ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE, or with why the old value could not be deleted.
 */
export async function refuseBody(
  { backend, maxValueBytes }: CacheFace,
  request: FastifyRequest,
  keyOf: () => Key | undefined,
): Promise<Error> {
  try {
    const key = replacesAlways(request) ? keyOf() : undefined;
    if (key === undefined) return bodyTooLarge(maxValueBytes);
    await backend.delete(key);
    const message = `a value must have at most ${maxValueBytes} bytes; the old one is gone`;
    return new MemcacheProxyError('ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE', message);
  } catch (error) {
    return error as Error;
  }
}

/** An ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE that changed nothing. */
export function bodyTooLarge(maxBytes: number): MemcacheProxyError {
  const message = `the body must have at most ${maxBytes} bytes`;
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE', message);
}

function replacesAlways(request: FastifyRequest): boolean {
  if (request.method === 'POST') return (request.query as { mode?: unknown }).mode === 'set';
  if (request.method !== 'PUT' || conditionOf(request, 'If-Match') !== undefined) return false;
  return conditionOf(request, 'If-None-Match') === undefined;
}
