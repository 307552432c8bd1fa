import type { FastifyReply, FastifyRequest } from 'fastify';

import type { CacheFace } from './cache-face.ts';
import { toEntityTag } from './entity-tag.ts';
import { isAnsweredAsStored } from './is-answered-as-stored.ts';
import type { FoundValue } from './send-value.ts';

const OCTETS = 'application/octet-stream';

/**
 * Answers with a whole value past Fastify's reply. False, with nothing done, where the face does not want that or
 * there is anything to decide about the answer: conditions, ranges, encodings, headers of hooks, a server that drains.
 */
export function sendDirect(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  { found, facts }: FoundValue,
): boolean {
  const { flags, value } = found;
  if (!face.directHits || face.cacheControl || !isAnsweredAsStored(face, flags, facts)) return false;
  const { raw } = request;
  const { headers } = raw;
  if (raw.method !== 'GET' || headers['if-none-match'] !== undefined || headers.range !== undefined) return false;
  // What is written while it drains has to end the connection, which is for a hook to say.
  if (!request.server.server.listening || reply.sent || hasHeaders(reply)) return false;
  const head = ['content-type', facts?.contentType ?? OCTETS, 'content-length', String(value!.length)];
  // 0: it came from another pool of the class, where this version cannot be written by.
  if (found.cas !== 0n) head.push('etag', toEntityTag(found, value!));
  head.push('x-cache-flags', String(flags));
  reply.hijack();
  const response = reply.raw;
  response.writeHead(response.statusCode, head);
  response.end(value);
  return true;
}

function hasHeaders(reply: FastifyReply): boolean {
  for (const name in reply.getHeaders()) if (name !== '') return true;
  return false;
}
