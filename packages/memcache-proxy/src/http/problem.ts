import type { FastifyReply } from 'fastify';

import { MemcacheProxyError, type MemcacheProxyErrorCode } from '../memcache-proxy-error.ts';

/** The body of every answer that is an error. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

const STATUS: Partial<Record<MemcacheProxyErrorCode, number>> = {
  ERR_MEMCACHE_PROXY_BAD_KEY: 400,
  ERR_MEMCACHE_PROXY_BAD_TTL: 400,
  ERR_MEMCACHE_PROXY_BAD_FLAGS: 400,
  ERR_MEMCACHE_PROXY_VALUE_TOO_LARGE: 413,
  ERR_MEMCACHE_PROXY_READ_FAILED: 503,
  ERR_MEMCACHE_PROXY_WRITE_REFUSED: 503,
  ERR_MEMCACHE_PROXY_WRITE_UNKNOWN: 503,
  ERR_MEMCACHE_PROXY_WRITE_BUSY: 503,
  ERR_MEMCACHE_PROXY_HOOK_FAILED: 503,
};

/** Answers with `{ code, message }` and the status that belongs to the code. */
export function sendProblem(reply: FastifyReply, error: Error): FastifyReply {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const status = error instanceof MemcacheProxyError ? (STATUS[error.code] ?? 500) : statusCode;
  const problem: Problem = { code: typeof code === 'string' ? code : 'ERR_INTERNAL', message: error.message };
  return reply.code(typeof status === 'number' ? status : 500).send(problem);
}
