import type { ReadResult } from '@lockstep/memcache';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { sendProblem } from '../problem.ts';
import { parseByteRange } from './byte-range.ts';
import type { CacheFace } from './cache-face.ts';
import { clientSignal } from './client-signal.ts';
import type { BodyFacts } from './content-flags.ts';
import { matchesWeakly, parseEntityTags, toEntityTag } from './entity-tag.ts';
import { inflate } from './inflate.ts';
import { chooseRepresentation, type Representation } from './representation.ts';

/** A value that was found. */
export interface FoundValue {
  readonly found: ReadResult;
  /** What its flags say. */
  readonly facts: BodyFacts | undefined;
  readonly isStale: boolean;
}

/** Answers with a value: whole, in part, inflated, or 304. The promise is there only for what is inflated. */
export function sendValue(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  { found, facts, isStale }: FoundValue,
): Promise<void> | undefined {
  const { flags } = found;
  const form = chooseRepresentation(request, facts, face.compressionRules, flags);
  const body = found.value!;
  // 0: it came from another pool of the class, where this version cannot be written by.
  const etag = found.cas === 0n ? undefined : toEntityTag(found, body, form.inflate !== undefined);
  const { headers } = request;
  const unless = headers['if-none-match'];
  // Before any header of the value is set: an error about it must not be kept as long as the value.
  const unlessTags = unless === undefined ? undefined : parseEntityTags('If-None-Match', unless);
  if (etag !== undefined) reply.header('etag', etag);
  reply.header('x-cache-flags', flags);
  if (form.isNegotiated) reply.header('vary', 'accept-encoding');
  if (face.cacheControl && found.ttlSeconds >= 0) {
    reply.header('cache-control', toCacheControl(found.ttlSeconds, facts?.staleSeconds ?? 0, isStale));
  }
  if (unlessTags !== undefined && matchesWeakly(unlessTags, etag)) {
    reply.code(304).send();
    return undefined;
  }
  reply.header('content-type', form.contentType);
  if (form.contentEncoding !== undefined) reply.header('content-encoding', form.contentEncoding);
  const stored = form.skipBytes === 0 ? body : body.subarray(form.skipBytes);
  if (form.inflate !== undefined) return sendInflated(face, request, reply, stored, form);
  const { range } = headers;
  if (range !== undefined && request.method === 'GET') sendRange(reply, stored, range, headers['if-range'], etag);
  else reply.send(stored);
  return undefined;
}

function sendRange(reply: FastifyReply, body: Buffer, header: string, ifRange: unknown, etag = ''): FastifyReply {
  // A date, a weak tag or another version: the whole.
  const range = ifRange === undefined || ifRange === etag ? parseByteRange(header, body.length) : 'all';
  if (range === 'all') return reply.send(body);
  if (range === 'none') {
    const message = `no byte of the ${body.length} of the value is in the range`;
    reply.removeHeader('content-encoding').header('content-range', `bytes */${body.length}`);
    return refuse(reply, new MemcacheProxyError('ERR_MEMCACHE_PROXY_RANGE', message));
  }
  reply.header('content-range', `bytes ${range.start}-${range.end - 1}/${body.length}`);
  return reply.code(206).send(body.subarray(range.start, range.end));
}

async function sendInflated(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  stored: Buffer,
  form: Representation,
): Promise<void> {
  // The length is not known without the work that HEAD is there to save.
  if (request.method === 'HEAD') return void reply.send();
  const signal = clientSignal(request, reply);
  try {
    const { maxInflatedBytes } = face;
    const inflated = await inflate(stored, form.inflate!, { maxInflatedBytes, signal });
    if (inflated.kind === 'whole') return void reply.send(inflated.body);
    reply.header('content-length', inflated.length).send(inflated.open());
  } catch (error) {
    // Nobody is there to hear of it.
    if (signal.aborted) return;
    refuse(reply, error as Error);
  }
}

/** An error in place of the value, without what is said of the value only. */
function refuse(reply: FastifyReply, error: Error): FastifyReply {
  return sendProblem(reply.removeHeader('etag').removeHeader('cache-control'), error);
}

function toCacheControl(ttlSeconds: number, staleSeconds: number, isStale: boolean): string {
  const fresh = isStale ? 0 : Math.max(0, ttlSeconds - staleSeconds);
  const stale = isStale ? ttlSeconds : staleSeconds;
  return stale === 0 ? `max-age=${fresh}` : `max-age=${fresh}, stale-while-revalidate=${stale}`;
}
