import { expect, it } from 'vitest';

import { startProxyProcess } from './fixtures/proxy-process.ts';
import { readAtOnce, readCount } from './fixtures/read-at-once.ts';

it('has a fast lane for reads, of whose answers the metrics have each once', async () => {
  await using proxy = await startProxyProcess();
  const { url } = proxy;
  await fetch(`${url}/v1/cache/user:k`, { method: 'PUT', body: 'value' });
  expect(await readAtOnce(proxy, 'user:k')).toBe(readCount);
  const metrics = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  const route = '{route="/v1/cache/:key",method="GET"';
  expect(metrics).toContain(`lockstep_http_requests_total${route},status="2xx"} ${readCount}`);
  expect(metrics).toContain(`lockstep_http_request_duration_seconds_count${route}} ${readCount}`);
  expect(metrics).toContain(`lockstep_proxy_operations_total{class="user:",outcome="hits"} ${readCount}`);
});
