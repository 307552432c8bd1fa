import type { Key, ReadOptions, ReadResult } from '@lockstep/memcache';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { laneReadOf } from '../fast-lane/lane-read.ts';
import { PROBLEM_TYPE, sendProblem, toProblem } from '../problem.ts';
import { parseCacheControl } from './cache-control.ts';
import type { CacheFace } from './cache-face.ts';
import type { BodyFacts } from './content-flags.ts';
import type { KeyAccess } from './key-access.ts';
import { toRefreshTag } from './entity-tag.ts';
import { sendDirect } from './send-direct.ts';
import { type FoundValue, sendValue } from './send-value.ts';

type Options = Pick<ReadOptions, 'leaseSeconds' | 'refreshBelowSeconds'>;

/** Whether the sender may write the key that the request names. Asked only of values that are due for a refresh. */
export type MayWrite = (request: FastifyRequest) => boolean;

const MAX_LEASE_SECONDS = 3600;
/** The body of a 404 for a key without a value. */
export const MISS_BODY: Buffer = Buffer.from(
  JSON.stringify(toProblem(new MemcacheProxyError('ERR_MEMCACHE_PROXY_NOT_FOUND', 'there is no value under this key'))),
);

/**
 * Answers `GET` and `HEAD` of a key. Not an async function, and no promise but the backend's and one more:
 * this is the hot path.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_PARAMETER for `?lease=` and `?refresh=` that are no seconds.
 */
export function answerRead(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  key: Key,
  mayWrite: MayWrite,
): void {
  const isWanted = (): boolean => !reply.raw.destroyed;
  const options = { ...readOptions(request), isWanted };
  const fail = (error: unknown): void => void sendProblem(reply, error as Error);
  const reading = laneReadOf(request.raw, key) ?? face.backend.read(key, options);
  reading.then((found) => {
    try {
      return answerFound(face, request, reply, key, mayWrite, found)?.catch(fail);
    } catch (error) {
      return fail(error);
    }
  }, fail);
}

function answerFound(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  key: Key,
  mayWrite: MayWrite,
  found: ReadResult,
): Promise<void> | undefined {
  // The replies are not returned: they are thenables, and a promise would wait for them.
  if (reply.raw.destroyed) return undefined;
  if (found.status === 'miss' || found.value === undefined) {
    sendMiss(reply, found);
    return undefined;
  }
  const facts = factsOf(face, found);
  const staleSeconds = facts?.staleSeconds ?? 0;
  const isLate = staleSeconds > 0 && found.ttlSeconds >= 0 && found.ttlSeconds <= staleSeconds;
  // Who may not store must not take the one right to refresh.
  if (isLate && !found.mustRefresh && !found.isRefreshing && mayWrite(request)) {
    // Only now is it known that the value has a stale time: ask who is to refresh it. A second round trip once per refresh.
    return face.backend.read(key, { refreshBelowSeconds: staleSeconds + 1 }).then((again) => {
      const isTold = again.mustRefresh || again.isRefreshing || again.status === 'miss';
      return isTold
        ? answerFound(face, request, reply, key, mayWrite, again)
        : sendFound(face, request, reply, { found: again, facts: factsOf(face, again), isStale: false });
    });
  }
  return sendFound(face, request, reply, { found, facts, isStale: isLate || found.status === 'stale' });
}

function factsOf({ contentFlags }: CacheFace, { flags }: ReadResult): BodyFacts | undefined {
  return contentFlags?.decode(flags);
}

function sendFound(
  face: CacheFace,
  request: FastifyRequest,
  reply: FastifyReply,
  value: FoundValue,
): Promise<void> | undefined {
  const { found, isStale } = value;
  if (isStale || found.mustRefresh) {
    if (isStale && parseCacheControl(request.headers['cache-control']).has('no-cache')) {
      sendMiss(reply, found);
      return undefined;
    }
    if (isStale) reply.header('x-cache', 'stale');
    if (found.mustRefresh) reply.header('x-cache-refresh', toRefreshTag(found.cas));
    return sendValue(face, request, reply, value);
  }
  return sendDirect(face, request, reply, value) ? undefined : sendValue(face, request, reply, value);
}

/** A 404; with a lease it tells this client to store a value, or that another one does. */
export function sendMiss(
  reply: FastifyReply,
  found?: Pick<ReadResult, 'cas' | 'mustRefresh' | 'isRefreshing'>,
): FastifyReply {
  if (found?.mustRefresh === true) reply.header('x-cache-refresh', toRefreshTag(found.cas));
  else if (found?.isRefreshing === true) reply.header('retry-after', 1);
  return reply.code(404).header('content-type', PROBLEM_TYPE).send(MISS_BODY);
}

/** What a read does with its key: one that may put a placeholder there, or mark it as being refreshed, writes too. */
export function accessOfRead({ raw, query }: FastifyRequest): KeyAccess {
  if (raw.url?.includes('?') !== true) return 'read';
  const { lease, refresh } = query as { lease?: unknown; refresh?: unknown };
  return lease === undefined && refresh === undefined ? 'read' : 'write';
}

function readOptions(request: FastifyRequest): Options | undefined {
  const { url = '' } = request.raw;
  if (!url.includes('?')) return undefined;
  const { lease, refresh } = request.query as { lease?: unknown; refresh?: unknown };
  if (lease === undefined && refresh === undefined) return undefined;
  return {
    ...(lease === undefined ? {} : { leaseSeconds: toSeconds('lease', lease) }),
    ...(refresh === undefined ? {} : { refreshBelowSeconds: toSeconds('refresh', refresh) }),
  };
}

function toSeconds(name: string, text: unknown): number {
  const seconds = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= MAX_LEASE_SECONDS) return seconds;
  const message = `?${name} must be a whole number of seconds from 1 to ${MAX_LEASE_SECONDS}, got ${JSON.stringify(text)}`;
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_PARAMETER', message);
}
