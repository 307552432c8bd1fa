import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createMemoryLog, createRedisLog, createRelay, createRelayLog } from '@lockstep/invalidation';
import { Cluster } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { createCache, redisTier } from '../../src/index.ts';
import { setupRedis } from './redis-lab.ts';

const redis = setupRedis();

describe('redisTier({ log })', () => {
  it('shares values beside a relay, and an invalidation through the relay drops them', async () => {
    const log = redis.log({ shards: 2 });
    const dir = await mkdtemp(join(tmpdir(), 'beside-'));
    const path = join(dir, 'relay.sock');
    await using relay = createRelay({ log, path, heartbeatMs: 50 });
    await relay.listen();
    await using near = createRelayLog({ path, namespace: log.namespace, shards: 2 });
    await using one = createCache({ log: near, shared: redisTier({ log }) });
    await using two = createCache({ log: near, shared: redisTier({ log }) });
    await Promise.all([one.ready, two.ready]);
    let version = 1;
    const options = { ttlMs: 60_000, load: async () => version, tags: () => ['t'] };
    const [here, there] = [one.define('user', options), two.define('user', options)];
    await here.get('1');
    await expect.poll(() => here.peek('1')).toBe(1);
    expect(await there.getEntry('1')).toMatchObject({ value: 1, source: 'shared' });
    version = 2;
    await here.invalidate('1', { everywhere: true });
    expect(await there.getEntry('1')).toMatchObject({ value: 2, source: 'loader' });
    await expect.poll(() => there.peek('1')).toBe(2);
    version = 3;
    await here.get('1');
    await two.invalidateTags('t', { everywhere: true });
    expect(await here.getEntry('1')).toMatchObject({ value: 3, source: 'loader' });
    await rm(dir, { recursive: true, force: true });
  });

  it('refuses a log of another namespace or with other shards, and one that is not in Redis', async () => {
    const log = redis.log();
    await using other = createMemoryLog({ namespace: 'other' });
    await using wide = createMemoryLog({ namespace: log.namespace, shards: 2 });
    await using alike = createMemoryLog({ namespace: log.namespace });
    expect(() => createCache({ log: other, shared: redisTier({ log }) })).toThrow(/namespace and shards/);
    expect(() => createCache({ log: wide, shared: redisTier({ log }) })).toThrow(/namespace and shards/);
    expect(() => createCache({ log: alike, shared: redisTier() })).toThrow(/redisTier\(\{ log \}\)/);
  });
});

describe('redisTier() over a Cluster', () => {
  it.for(['slave', 'all'] as const)('refuses scaleReads: %s, with which replicas answer', async (scaleReads) => {
    const client = new Cluster([{ host: '127.0.0.1', port: redis.server.port }], { scaleReads, lazyConnect: true });
    client.on('error', () => undefined);
    await using log = createRedisLog({ client, namespace: redis.namespace });
    expect(() => createCache({ log, shared: redisTier(), onError: () => undefined })).toThrow(/scaleReads/);
    client.disconnect();
  });
});
