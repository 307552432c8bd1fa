import { createRedisLog } from '@lockstep/invalidation';
import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

import { startedRefresher, topologyText } from './fixtures/started-refresher.ts';
import { startSource } from './fixtures/start-source.ts';

it('tells other regions of what it loads, but not of what they made it load', async () => {
  await using redis = await startRedis();
  await using source = await startSource();
  const client = new Redis(redis.port);
  await using log = createRedisLog({ client, namespace: 'east' });
  const text = topologyText({
    redis: redis.url,
    sources: `
        coupons:
          load: { http: { url: "${source.origin}/{id}" } }
          ttlMs: 600000
          settleMs: 0
          ids: [oslo, bergen]
          warmUp: true
        rates: { load: { http: { url: "${source.origin}/rates" } }, ttlMs: 600000, warmUp: true }`,
    classes: 'classes: [{ prefix: rates, policy: none }]',
  });
  await using app = await startedRefresher(text);
  const told = async (): Promise<number> => {
    const streams = await client.keys('{lockstep:journal:east:*}:stream');
    const counts = await Promise.all(streams.map((stream) => client.xlen(stream)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const asked = (path: string): number => source.requests.filter(({ url }) => url === path).length;
  await expect.poll(() => [asked('/oslo'), asked('/bergen'), asked('/rates')]).toEqual([1, 1, 1]);
  await expect.poll(told).toBe(2);
  // As the receiver of this region does, when another region has loaded the key.
  for (const round of [2, 3]) {
    await log.publish(['coupons:oslo']);
    await expect.poll(() => asked('/oslo')).toBe(round);
  }
  await expect.poll(async () => (await fetch(`${app.url}/metrics`)).text()).toContain('outcome="refreshed"} 5\n');
  expect([await told(), asked('/bergen'), asked('/rates')]).toEqual([2, 1, 1]);
  client.disconnect();
});
