import { connect } from 'node:net';

import { createBackend, memcacheHttp, type PoolLike } from '@lockstep/memcache-proxy';
import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { expect, it, vi } from 'vitest';

import { meterRequests } from '../src/request-meter.ts';

it('counts requests by route, method and class of the status, never by URL', async () => {
  const admin = createAdminServer({ name: 'a', version: '1', logger: createLogger({ name: 'a', level: 'silent' }) });
  const count = meterRequests(admin.http, admin.metrics);
  admin.http.get('/keys/:key', async (request, reply) => reply.code(Number(request.headers['x-status'])).send('x'));
  const ask = (url: string, status = 200) => admin.http.inject({ url, headers: { 'x-status': String(status) } });
  await ask('/keys/secret-1');
  await ask('/keys/secret-2');
  await ask('/keys/secret-3', 404);
  await ask('/keys/secret-4', 503);
  await ask('/nothing/secret');
  count({ route: '/keys/:key', status: 404, durationMs: 1 });
  const lines = (await admin.metrics.metrics()).split('\n');
  expect(lines.join()).not.toContain('secret');
  expect(lines).toContain('lockstep_http_requests_total{route="/keys/:key",method="GET",status="2xx"} 2');
  expect(lines).toContain('lockstep_http_requests_total{route="/keys/:key",method="GET",status="4xx"} 2');
  expect(lines).toContain('lockstep_http_requests_total{route="/keys/:key",method="GET",status="5xx"} 1');
  expect(lines).toContain('lockstep_http_requests_total{route="none",method="GET",status="4xx"} 1');
  const name = 'lockstep_http_request_duration_seconds';
  expect(lines).toContain(`${name}_count{route="/keys/:key",method="GET"} 5`);
  expect(lines).toContain(`${name}_bucket{route="/keys/:key",method="GET",le="+Inf"} 5`);
  expect(lines).toContain(`# TYPE ${name} histogram`);
  await admin.close();
});

it('counts the time that a request was in the fast lane before it was left to its route', async () => {
  const admin = createAdminServer({ name: 'a', version: '1', logger: createLogger({ name: 'a', level: 'silent' }) });
  meterRequests(admin.http, admin.metrics);
  let fail = (_error: Error): void => undefined;
  const read = vi.fn<() => Promise<unknown>>(() => new Promise((_resolve, reject) => (fail = reject)));
  const backend = createBackend({ pool: { read } as Partial<Record<keyof PoolLike, unknown>> as PoolLike });
  await admin.http.register(memcacheHttp, { backend, fastLane: true });
  const { port } = new URL(`http://${await admin.listen({ host: '127.0.0.1', port: 0 })}`);
  // Not `fetch`, whose requests the lane leaves at once.
  const client = connect(Number(port), '127.0.0.1').setEncoding('latin1');
  let answer = '';
  client.on('data', (part: string) => (answer += part));
  client.write('GET /v1/cache/k HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => read.mock.calls.length).toBe(1);
  const askedAt = performance.now();
  await expect.poll(() => performance.now() - askedAt).toBeGreaterThan(100);
  fail(new Error('gone'));
  await expect.poll(() => answer).toContain('HTTP/1.1 ');
  const sum = /^lockstep_http_request_duration_seconds_sum\{route="\/v1\/cache\/:key",method="GET"\} (.*)$/m;
  await expect.poll(async () => Number(sum.exec(await admin.metrics.metrics())?.[1])).toBeGreaterThan(0.1);
  expect(read).toHaveBeenCalledTimes(1);
  client.destroy();
  await admin.close();
});
