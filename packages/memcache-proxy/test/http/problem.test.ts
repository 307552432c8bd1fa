import fastify from 'fastify';
import { describe, expect, it } from 'vitest';

import { PROBLEM_STATUS, sendProblem, toProblem } from '../../src/http/problem.ts';
import { MemcacheProxyError, type MemcacheProxyErrorCode } from '../../src/memcache-proxy-error.ts';

const secret = 'connect ECONNREFUSED 10.11.12.13:11211';

/** Those whose messages have in them what something behind the proxy said. */
const upstream: readonly MemcacheProxyErrorCode[] = [
  'ERR_MEMCACHE_PROXY_READ_FAILED',
  'ERR_MEMCACHE_PROXY_WRITE_REFUSED',
  'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN',
  'ERR_MEMCACHE_PROXY_WRITE_BUSY',
  'ERR_MEMCACHE_PROXY_HOOK_FAILED',
  'ERR_MEMCACHE_PROXY_BAN_STORE_FAILED',
];

describe('toProblem', () => {
  it.each(upstream)('says of %s what the client can know, and nothing of what is behind the proxy', (code) => {
    const problem = toProblem(new MemcacheProxyError(code, `memcached did not answer: ${secret}`));
    expect(problem).toMatchObject({ status: 503, title: 'Service Unavailable', code });
    expect(problem.detail.length).toBeGreaterThan(20);
    expect(JSON.stringify(problem)).not.toMatch(/10\.11|11211|ECONN/);
  });

  it('tells apart what was not written from what may have been', () => {
    const detailOf = (code: MemcacheProxyErrorCode) => toProblem(new MemcacheProxyError(code, secret)).detail;
    expect(detailOf('ERR_MEMCACHE_PROXY_WRITE_REFUSED')).toContain('nothing was written');
    expect(detailOf('ERR_MEMCACHE_PROXY_WRITE_BUSY')).toContain('nothing was written');
    expect(detailOf('ERR_MEMCACHE_PROXY_WRITE_UNKNOWN')).toContain('may have been carried out');
    expect(detailOf('ERR_MEMCACHE_PROXY_HOOK_FAILED')).toContain('memcached has the write');
  });

  it('says of a bad request what is wrong with it', () => {
    const problem = toProblem(new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_TTL', '?ttl must be a number'));
    expect(problem).toMatchObject({ status: 400, detail: '?ttl must be a number' });
  });

  it('keeps the message of an error that is not its own from clients where the fault is not theirs', () => {
    const withStatus = (statusCode: number) => Object.assign(new Error(secret), { statusCode, code: 'ERR_OTHER' });
    expect(toProblem(withStatus(503))).toMatchObject({ status: 503, detail: 'Service Unavailable', code: 'ERR_OTHER' });
    expect(toProblem(withStatus(500))).toMatchObject({ detail: 'an error inside the proxy', code: 'ERR_INTERNAL' });
    expect(toProblem(withStatus(415))).toMatchObject({ status: 415, detail: secret });
  });

  it('has a status of 400 or above for every code', () => {
    expect(Object.values(PROBLEM_STATUS).filter((status) => status < 400 || status > 599)).toEqual([]);
  });
});

it('says with every 503 when to come again', async () => {
  await using app = fastify();
  app.get('/:code', (request, reply) => {
    const { code } = request.params as { code: MemcacheProxyErrorCode };
    return sendProblem(reply, new MemcacheProxyError(code, 'x'));
  });
  const codes = Object.entries(PROBLEM_STATUS).filter(([, status]) => status === 503);
  const answers = await Promise.all(codes.map(([code]) => app.inject(`/${code}`)));
  expect(answers.map(({ headers }) => headers['retry-after'])).toEqual(codes.map(() => '1'));
  expect((await app.inject('/ERR_MEMCACHE_PROXY_BAD_KEY')).headers['retry-after']).toBeUndefined();
});
