import { STATUS_CODES } from 'node:http';

import type { FastifyReply } from 'fastify';

/** The body of an answer that refuses a request, as `application/problem+json`. Source: RFC 9457. */
export interface FencingProblem {
  readonly type: 'about:blank';
  /** The name of the status. */
  readonly title: string;
  readonly status: number;
  /** What is wrong with this request, for people. */
  readonly detail: string;
  /** Stable: match on this. */
  readonly code: 'ERR_LOCK_NO_TOKEN' | 'ERR_LOCK_BAD_TOKEN' | 'ERR_LOCK_STALE_TOKEN' | 'ERR_LOCK_UNAVAILABLE';
}

const STATUS: Readonly<Record<FencingProblem['code'], number>> = {
  ERR_LOCK_NO_TOKEN: 428,
  ERR_LOCK_BAD_TOKEN: 400,
  ERR_LOCK_STALE_TOKEN: 409,
  ERR_LOCK_UNAVAILABLE: 503,
};

const DETAIL: Readonly<Record<FencingProblem['code'], string>> = {
  ERR_LOCK_NO_TOKEN: 'the header Lockstep-Fencing-Token is missing',
  ERR_LOCK_BAD_TOKEN: 'the header Lockstep-Fencing-Token must be one whole number from 1 to 2^53 - 1',
  ERR_LOCK_STALE_TOKEN: 'the resource has seen a newer fencing token: nothing was done; stop, or acquire the lock anew',
  ERR_LOCK_UNAVAILABLE: 'whether the fencing token is stale is not known now: nothing was done; send it again',
};

/** Refuses the request. */
export function sendFencingProblem(reply: FastifyReply, code: FencingProblem['code']): FastifyReply {
  const status = STATUS[code];
  const title = STATUS_CODES[status] ?? 'Error';
  const problem: FencingProblem = { type: 'about:blank', title, status, detail: DETAIL[code], code };
  if (status === 503) reply.header('retry-after', 1);
  // Bytes: of a string Fastify would append a charset to the type.
  return reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problem)));
}
