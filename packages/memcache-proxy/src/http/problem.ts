import { STATUS_CODES } from 'node:http';

import type { FastifyReply } from 'fastify';

import { MemcacheProxyError, type MemcacheProxyErrorCode } from '../memcache-proxy-error.ts';

/** The body of every answer that is an error, as `application/problem+json`. Source: RFC 9457. */
export interface Problem {
  /** `about:blank`: the status and the code say it all. */
  readonly type: string;
  /** The name of the status. */
  readonly title: string;
  readonly status: number;
  /** What is wrong with this request, for people. */
  readonly detail: string;
  /** Stable: match on this. */
  readonly code: string;
}

/** The media type of a `Problem`. */
export const PROBLEM_TYPE: string = 'application/problem+json';

/** The status that an error of each code is answered with; a code without one is a 500. */
export const PROBLEM_STATUS: Readonly<Partial<Record<MemcacheProxyErrorCode, number>>> = {
  ERR_MEMCACHE_PROXY_BAD_KEY: 400,
  ERR_MEMCACHE_PROXY_BAD_TTL: 400,
  ERR_MEMCACHE_PROXY_BAD_FLAGS: 400,
  ERR_MEMCACHE_PROXY_BAD_CONDITION: 400,
  ERR_MEMCACHE_PROXY_BAD_PARAMETER: 400,
  ERR_MEMCACHE_PROXY_BAD_BODY: 400,
  ERR_MEMCACHE_PROXY_BAD_BATCH: 400,
  ERR_MEMCACHE_PROXY_BAD_BANS: 400,
  ERR_MEMCACHE_PROXY_UNAUTHORIZED: 401,
  ERR_MEMCACHE_PROXY_BANNED: 403,
  ERR_MEMCACHE_PROXY_FORBIDDEN: 403,
  ERR_MEMCACHE_PROXY_READ_ONLY: 403,
  ERR_MEMCACHE_PROXY_NOT_FOUND: 404,
  ERR_MEMCACHE_PROXY_METHOD: 405,
  ERR_MEMCACHE_PROXY_NOT_STORED: 409,
  ERR_MEMCACHE_PROXY_NOT_NUMERIC: 409,
  ERR_MEMCACHE_PROXY_BANS_CHANGED: 412,
  ERR_MEMCACHE_PROXY_PRECONDITION_FAILED: 412,
  ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE: 413,
  ERR_MEMCACHE_PROXY_BATCH_TOO_LARGE: 413,
  ERR_MEMCACHE_PROXY_CONTENT_ENCODING: 415,
  ERR_MEMCACHE_PROXY_RANGE: 416,
  ERR_MEMCACHE_PROXY_RATE_LIMITED: 429,
  ERR_MEMCACHE_PROXY_CLIENT_GONE: 499,
  ERR_MEMCACHE_PROXY_INFLATE_FAILED: 502,
  ERR_MEMCACHE_PROXY_INFLATED_TOO_LARGE: 502,
  ERR_MEMCACHE_PROXY_OVERLOADED: 503,
  ERR_MEMCACHE_PROXY_LIMITS_AWAY: 503,
  ERR_MEMCACHE_PROXY_BAN_STORE_FAILED: 503,
  ERR_MEMCACHE_PROXY_READ_FAILED: 503,
  ERR_MEMCACHE_PROXY_WRITE_REFUSED: 503,
  ERR_MEMCACHE_PROXY_WRITE_UNKNOWN: 503,
  ERR_MEMCACHE_PROXY_WRITE_BUSY: 503,
  ERR_MEMCACHE_PROXY_HOOK_FAILED: 503,
  ERR_MEMCACHE_PROXY_STREAM_LIMIT: 503,
  ERR_MEMCACHE_PROXY_NOT_ACCEPTABLE: 406,
  ERR_MEMCACHE_PROXY_BAD_QUEUE: 400,
  ERR_MEMCACHE_PROXY_QUEUE_FORBIDDEN: 403,
  ERR_MEMCACHE_PROXY_BAD_POLICY: 400,
  ERR_MEMCACHE_PROXY_PARTIAL_DELETE: 503,
  ERR_MEMCACHE_PROXY_BAD_CURSOR: 400,
  ERR_MEMCACHE_PROXY_BAD_PREFIX: 400,
};

/**
 * What a client may know of a failure behind the proxy. The message of the error names servers and what they
 * answered; it is for the operator, and goes to the diagnostics channel.
 */
const FAILURE_DETAIL: Readonly<Partial<Record<MemcacheProxyErrorCode, string>>> = {
  ERR_MEMCACHE_PROXY_READ_FAILED: 'memcached did not answer the read: whether there is a value is not known',
  ERR_MEMCACHE_PROXY_WRITE_REFUSED: 'nothing was written: memcached did not take it',
  ERR_MEMCACHE_PROXY_WRITE_UNKNOWN:
    'memcached did not confirm the write: it may have been carried out; repeat it, or delete the key',
  ERR_MEMCACHE_PROXY_WRITE_BUSY: 'nothing was written: too many writes to the key wait, or for too long',
  ERR_MEMCACHE_PROXY_HOOK_FAILED:
    'memcached has the write, but it was not passed on to others: repeat it, or delete the key',
  ERR_MEMCACHE_PROXY_BAN_STORE_FAILED:
    'the store of the bans did not take the change: nothing new is in force, but it may have it; read it and repeat',
};

/** Puts an error into words for the client. What is not meant for it, such as the message of a bug, is left out. */
export function toProblem(error: Error): Problem {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = error instanceof MemcacheProxyError ? PROBLEM_STATUS[error.code] : statusCode;
  const status = typeof known === 'number' && known >= 400 && known < 600 ? known : 500;
  if (status === 500) return problemOf(status, 'ERR_INTERNAL', 'an error inside the proxy');
  return problemOf(status, typeof code === 'string' ? code : 'ERR_HTTP', detailOf(error, status));
}

/** The problem of that status. */
export function problemOf(status: number, code: string, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code };
}

function detailOf(error: Error, status: number): string {
  if (error instanceof MemcacheProxyError) return FAILURE_DETAIL[error.code] ?? error.message;
  // Of what others throw nobody knows what it names.
  return status > 500 ? (STATUS_CODES[status] ?? 'Error') : error.message;
}

/** Answers with the problem that the error is. */
export function sendProblem(reply: FastifyReply, error: Error): FastifyReply {
  const problem = toProblem(error);
  if (problem.status === 500) reply.log.error(error);
  if (problem.status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', 1);
  // Bytes: of a string Fastify would append a charset to the type.
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .send(Buffer.from(JSON.stringify(problem)));
}
