import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { meterRequests } from '../src/request-meter.ts';

it('counts requests by route, method and class of the status, never by URL', async () => {
  const admin = createAdminServer({ name: 'a', version: '1', logger: createLogger({ name: 'a', level: 'silent' }) });
  meterRequests(admin.http, admin.metrics);
  admin.http.get('/keys/:key', async (request, reply) => reply.code(Number(request.headers['x-status'])).send('x'));
  const ask = (url: string, status = 200) => admin.http.inject({ url, headers: { 'x-status': String(status) } });
  await ask('/keys/secret-1');
  await ask('/keys/secret-2');
  await ask('/keys/secret-3', 404);
  await ask('/keys/secret-4', 503);
  await ask('/nothing/secret');
  const lines = (await admin.metrics.metrics()).split('\n');
  expect(lines.join()).not.toContain('secret');
  expect(lines).toContain('lockstep_http_requests_total{route="/keys/:key",method="GET",status="2xx"} 2');
  expect(lines).toContain('lockstep_http_requests_total{route="/keys/:key",method="GET",status="4xx"} 1');
  expect(lines).toContain('lockstep_http_requests_total{route="/keys/:key",method="GET",status="5xx"} 1');
  expect(lines).toContain('lockstep_http_requests_total{route="none",method="GET",status="4xx"} 1');
  const name = 'lockstep_http_request_duration_seconds';
  expect(lines).toContain(`${name}_count{route="/keys/:key",method="GET"} 4`);
  expect(lines).toContain(`${name}_bucket{route="/keys/:key",method="GET",le="+Inf"} 4`);
  expect(lines).toContain(`# TYPE ${name} histogram`);
  await admin.close();
});
