import type { FastifyReply, FastifyRequest } from 'fastify';

import type { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { sendProblem } from '../problem.ts';
import { publishGuardEvent } from './guard-channel.ts';
import { countRefusal, type MutableGuardCounts } from './guard-counts.ts';
import type { RateOutcome } from './rate-counter.ts';

/** A refusal: the error, and the headers that belong to it. */
export interface Refusal {
  readonly error: MemcacheProxyError;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A body that is not read is thrown away up to this size; a larger one is not waited for. */
const MAX_DRAINED_BYTES = 65_536;

/** Answers with a refusal, and counts and publishes it. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  counts: MutableGuardCounts,
  { error, headers }: Refusal,
): void {
  const { code } = error;
  countRefusal(counts, code);
  publishGuardEvent({ kind: 'refused', code, method: request.method, route: request.routeOptions.url ?? '' });
  if (headers !== undefined) reply.headers(headers);
  const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
  if (code === 'ERR_MEMCACHE_PROXY_BANNED' || transfer !== undefined || Number(length ?? 0) > MAX_DRAINED_BYTES) {
    reply.header('connection', 'close');
  }
  sendProblem(reply, error);
}

/**
 * `RateLimit-Policy` and `RateLimit`, each a list with one item for each limit that was checked.
 * Source: draft-ietf-httpapi-ratelimit-headers-10.
 */
export function rateHeaders(outcomes: readonly RateOutcome[]): Record<string, string> {
  let policy = '';
  let state = '';
  for (const { name, max, windowMs, remaining, resetSeconds } of outcomes) {
    const comma = policy === '' ? '' : ', ';
    policy += `${comma}"${name}";q=${max};w=${Math.ceil(windowMs / 1000)}`;
    state += `${comma}"${name}";r=${remaining};t=${resetSeconds}`;
  }
  return { 'ratelimit-policy': policy, ratelimit: state };
}

/** Puts them on an answer that is not a refusal; none when no limit was checked. */
export function addRateHeaders(reply: FastifyReply, outcomes: readonly RateOutcome[]): void {
  if (outcomes.length > 0) reply.headers(rateHeaders(outcomes));
}
