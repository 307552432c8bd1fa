import type { IncomingMessage } from 'node:http';

/** A valid percent-encoded sequence of UTF-8, or one byte that is none. Source: RFC 3629, section 4. */
const ESCAPES =
  /(%[0-7][\da-f]|%(?:c[2-9a-f]|d[\da-f])%[89ab][\da-f]|%e0%[ab][\da-f]%[89ab][\da-f]|%(?:e[1-9a-cef]%[89ab]|ed%[89])[\da-f]%[89ab][\da-f]|%f0%(?:9|[ab])[\da-f]%[89ab][\da-f]%[89ab][\da-f]|%f[1-3]%[89ab][\da-f]%[89ab][\da-f]%[89ab][\da-f]|%f4%8[\da-f]%[89ab][\da-f]%[89ab][\da-f])|%[\da-f]{2}/gi;

/**
 * For the `rewriteUrl` option of the Fastify server. Its router refuses every URL whose percent-encoded
 * bytes are no UTF-8; this shows the router U+FFFD in place of such a byte. The routes of this package
 * read keys from the URL as it was sent. URLs without such bytes, which is nearly all, stay as they are.
 */
export function rewriteCacheUrl(request: Pick<IncomingMessage, 'url'>): string {
  const { url = '/' } = request;
  if (!url.includes('%')) return url;
  return url.replaceAll(ESCAPES, (escape, valid?: string) => valid ?? '%EF%BF%BD');
}
