import type { FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { negotiateFormat, STREAM_TYPES, type StreamFormat } from './stream-format.ts';

/**
 * The form of a stream that the request asks for.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_NOT_ACCEPTABLE when it takes none that there is.
 */
export function requestedFormat(request: FastifyRequest, fallback: StreamFormat): StreamFormat {
  const format = negotiateFormat(request.headers.accept, fallback);
  if (format !== undefined) return format;
  const message = `this is served as ${Object.values(STREAM_TYPES).join(', ')}; Accept takes none of them`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_NOT_ACCEPTABLE', message);
}
