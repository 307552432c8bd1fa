import type { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';

import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { BOUND, listenTo } from './conformance/process.ts';
import { setupRedis } from './redis-setup.ts';

const redis = setupRedis();

/** How many commands were sent meanwhile, by the count of their kind. */
async function commandsOf(client: Redis, name: string, work: () => Promise<unknown>): Promise<number> {
  await client.config('RESETSTAT');
  await work();
  const stats = new RegExp(`cmdstat_${name}:calls=(\\d+)`, 'u').exec(await client.info('commandstats'));
  return Number(stats?.[1] ?? 0);
}

describe('what the driver sends', () => {
  it('is one command for the renewal of all leases, and a few for everything else of one turn', async () => {
    const client = redis.connect();
    await using a = listenTo(createRedisLockDriver({ client }));
    await a.hold(redis.name());
    const keys = Array.from({ length: 100 }, () => redis.name());
    const owners: string[] = [];
    const acquiring = await commandsOf(client, 'evalsha', async () => {
      owners.push(...(await Promise.all(keys.map((key) => a.hold(key)))));
    });
    expect(acquiring).toBeLessThanOrEqual(4);
    const leases = keys.map((key, i) => ({ key, owner: owners[i]!, ttlMs: 60_000 }));
    expect(await commandsOf(client, 'evalsha', () => a.driver.renew(leases, BOUND))).toBe(1);
    const releases = leases.map(
      ({ key, owner }) =>
        () =>
          a.driver.release(key, owner, BOUND),
    );
    const releasing = await commandsOf(client, 'evalsha', () => Promise.all(releases.map((release) => release())));
    expect(releasing).toBeLessThanOrEqual(4);
  });

  it('is one command for a hand-off: the release gives the lock to the next and tells him', async () => {
    const client = redis.connect();
    await using a = listenTo(createRedisLockDriver({ client }));
    await using b = listenTo(createRedisLockDriver({ client: redis.connect() }));
    const key = redis.name();
    const holder = await b.hold(key);
    await a.wait(key);
    const commands = await commandsOf(client, 'evalsha', async () => {
      await b.driver.release(key, holder, BOUND);
      await vi.waitFor(() => expect(a.grants).toHaveLength(1), 5000);
    });
    expect(commands).toBe(1);
  });

  it('is nothing at all over a second connection while locks are free', async () => {
    const client = redis.connect();
    const duplicate = vi.spyOn(client, 'duplicate');
    await using a = listenTo(createRedisLockDriver({ client }));
    const key = redis.name();
    const { owner } = await a.ask(key, { mode: 'queue' });
    await a.driver.release(key, owner, BOUND);
    expect(duplicate).not.toHaveBeenCalled();
  });

  it('is answered on one connection besides the given one, however many wait', async () => {
    const client = redis.connect();
    const duplicate = vi.spyOn(client, 'duplicate');
    await using a = listenTo(createRedisLockDriver({ client }));
    const keys = Array.from({ length: 20 }, () => redis.name());
    await Promise.all(keys.map((key) => a.hold(key)));
    await Promise.all(keys.map((key) => a.wait(key)));
    expect(duplicate).toHaveBeenCalledOnce();
  });
});
