import { STATUS_CODES } from 'node:http';

import { type Problem, PROBLEM_TYPE, type TemplateReader } from '@lockstep/memcache-proxy';
import { RefreshError, type RefreshErrorCode } from '@lockstep/refresh';

/** The answer of the HTTP face. */
export type Reply = Parameters<TemplateReader>[2];

/** What a client may know; the messages of errors name servers, and are for the operator. */
const answers: Readonly<Partial<Record<RefreshErrorCode, readonly [number, string]>>> = {
  ERR_REFRESH_KEY: [400, 'the parameters make a key that is empty or too long'],
  ERR_REFRESH_UNKNOWN_SOURCE: [404, 'there is no such source'],
  ERR_REFRESH_CONTENT: [502, 'what is stored cannot be read'],
  ERR_REFRESH_SOURCE: [502, 'the source failed, and nothing is stored'],
  ERR_REFRESH_STORE: [502, 'the store did not answer'],
  ERR_REFRESH_TIMEOUT: [504, 'nothing is stored, and the source was not read in time'],
  ERR_REFRESH_DISABLED: [503, 'the source is switched off, and nothing is stored'],
  ERR_REFRESH_BUSY: [503, 'nothing is stored, and too many requests wait for it'],
  ERR_REFRESH_CLOSED: [503, 'the proxy is shutting down'],
};

/** The problem that an error of a read becomes; undefined where it is none of these. */
export function refreshProblem(error: unknown): Problem | undefined {
  const found = error instanceof RefreshError ? answers[error.code] : undefined;
  if (found === undefined) return undefined;
  const [status, detail] = found;
  return { type: 'about:blank', title: STATUS_CODES[status]!, status, detail, code: (error as RefreshError).code };
}

/** The problem of something that the source does not have. */
export const notFoundProblem: Problem = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  detail: 'the source has no such thing',
  code: 'ERR_MEMCACHE_PROXY_NOT_FOUND',
};

/** Answers with a problem. */
export function sendRefreshProblem(reply: Reply, problem: Problem): void {
  if (problem.status === 503) reply.header('retry-after', 1);
  reply
    .code(problem.status)
    .header('content-type', PROBLEM_TYPE)
    .send(Buffer.from(JSON.stringify(problem)));
}
