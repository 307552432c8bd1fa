import type { FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import type { CacheFace } from './cache-face.ts';
import { findCompression, toCoding } from './compression.ts';
import type { ContentEncoding } from './content-flags.ts';
import { readFlags } from './request-fields.ts';

/**
 * The flags under which the body of a request is stored: those of `x-cache-flags`, or else what its
 * headers say. A content type that has no code is left away; an encoding never is, because the value
 * would be read as something else.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_CONTENT_ENCODING for an encoding that the flags cannot keep,
 * ERR_MEMCACHE_PROXY_BAD_FLAGS for flags that are none.
 */
export function bodyFlags(face: CacheFace, request: FastifyRequest, staleSeconds: number): number {
  const { 'content-type': contentType, 'content-encoding': header } = request.headers;
  const coding = header?.trim().toLowerCase().replace(/^x-/, '');
  const encoding = coding === 'identity' || coding === '' ? undefined : (coding as ContentEncoding | undefined);
  const flags = readFlags(request) ?? describe(face, contentType, encoding, staleSeconds);
  if (encoding === undefined || encodingOf(face, flags) === encoding) return flags;
  const message = `the flags of the value cannot say that it is encoded as ${JSON.stringify(header)}: use gzip, deflate, br or zstd, or store it without an encoding`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_CONTENT_ENCODING', message);
}

function describe(
  { contentFlags }: CacheFace,
  contentType: string | undefined,
  contentEncoding: ContentEncoding | undefined,
  staleSeconds: number,
): number {
  if (contentFlags === undefined) return 0;
  return contentFlags.encode({ contentType, contentEncoding, staleSeconds });
}

function encodingOf({ contentFlags, compressionRules }: CacheFace, flags: number): ContentEncoding | undefined {
  const facts = contentFlags?.decode(flags);
  if (facts !== undefined) return facts.contentEncoding;
  const rule = findCompression(compressionRules, flags);
  return rule === undefined ? undefined : toCoding(rule.compression);
}
