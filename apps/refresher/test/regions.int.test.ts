import { createRedisLog } from '@lockstep/invalidation';
import { journalKeys, shardOf } from '@lockstep/replication';
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

it('keeps the journal within the bounds of its region', async () => {
  await using redis = await startRedis();
  await using source = await startSource();
  const client = new Redis(redis.port);
  const keys = Array.from({ length: 40 }, (_, id) => `n${id}`);
  const text = topologyText({
    redis: redis.url,
    sources: `
        coupons: { load: { http: { url: "${source.origin}/{id}" } }, ttlMs: 600000, settleMs: 0, ids: [${keys.join()}], warmUp: true }`,
  });
  await using app = await startedRefresher(
    text.replace('    refresh:', '    journal: { maxStreamBytes: 16 }\n    refresh:'),
  );
  await expect.poll(async () => (await fetch(`${app.url}/metrics`)).text()).toContain('outcome="refreshed"} 40\n');
  const shards = new Set(keys.map((key) => shardOf(Buffer.from(`coupons:${key}`), 16)));
  // The first write fills the stream of a shard; of the others the keys are noted.
  const lengths = await Promise.all([...shards].map((shard) => client.xlen(journalKeys('east', shard).stream)));
  const noted = await Promise.all([...shards].map((shard) => client.exists(journalKeys('east', shard).dirty)));
  expect(Math.max(...lengths)).toBe(1);
  expect(noted).toContain(1);
  client.disconnect();
});
