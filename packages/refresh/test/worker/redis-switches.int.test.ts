import { type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createRedisSwitches } from '../../src/index.ts';

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.port, { retryStrategy: () => 50 });
  redis.on('error', () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

describe('switches in Redis', () => {
  it('hold in every process, at once in the one that sets them', async () => {
    const here = createRedisSwitches({ redis, prefix: 'a:', maxAgeMs: 60_000 });
    const there = createRedisSwitches({ redis, prefix: 'a:', maxAgeMs: 0 });
    expect(await here.isOn('coupons')).toBe(true);
    await here.set('coupons', false);
    expect([await here.isOn('coupons'), await there.isOn('coupons'), await there.isOn('feeds')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await there.off()).toEqual(['coupons']);
    await there.set('coupons', true);
    expect(await there.isOn('coupons')).toBe(true);
    // It goes by what it knows for a minute.
    expect(await here.isOn('coupons')).toBe(false);
    expect(await here.off()).toEqual([]);
    expect(await here.isOn('coupons')).toBe(true);
  });

  it('keep their last known state while Redis does not answer', async () => {
    const switches = createRedisSwitches({ redis, prefix: 'b:', maxAgeMs: 0, timeoutMs: 100 });
    await switches.set('coupons', false);
    await server.freeze();
    expect(await switches.isOn('coupons')).toBe(false);
    await expect(switches.off()).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
    await server.thaw();
  });
});
