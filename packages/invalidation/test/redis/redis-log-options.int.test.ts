import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { createRedisLog } from '../../src/index.ts';
import { record } from '../recorder.ts';
import { setupRedis } from '../redis-setup.ts';

const redis = setupRedis();

describe('createRedisLog', () => {
  it('refuses a namespace that would be named like a shard of another', () => {
    const client = redis.connect();
    expect(() => createRedisLog({ client, namespace: 'col:0' })).toThrow(/colon and digits/);
    expect(createRedisLog({ client, namespace: 'col:0a' }).namespace).toBe('col:0a');
    expect(createRedisLog({ client, namespace: 'col0' }).namespace).toBe('col0');
  });

  it('tells what a failover means', () => {
    const client = redis.connect();
    expect(createRedisLog({ client, namespace: 'a' }).onFailover).toBe('flush');
    expect(createRedisLog({ client, namespace: 'a', onFailover: 'trust' }).onFailover).toBe('trust');
  });

  it.each(['says "so"', 'back\\slash', 'line\nfeed', 'nul\0', 'größe'])(
    'pushes what is published in a namespace that is called %j',
    async (namespace) => {
      const log = createRedisLog({ client: redis.connect(), namespace, shards: 2 });
      // Without a question meanwhile, whatever is heard was pushed.
      const { follower, keys } = record(log, { heartbeatMs: 60_000 });
      await follower.ready;
      await log.publish(['k1']);
      await log.publish(['k2']);
      await expect.poll(() => keys).toEqual(['k1', 'k2']);
      expect(follower.stats().replayed).toBe(0);
      await log.close();
    },
  );

  it('follows many shards without a warning of leaks', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    const log = createRedisLog({ client: redis.connect(), namespace: redis.namespace(), shards: 16 });
    await record(log).follower.ready;
    // Warnings are told in order.
    const last = once(process, 'warning');
    process.emitWarning('the last one');
    await last;
    process.removeListener('warning', listen);
    expect(warnings.map(({ message }) => message)).toEqual(['the last one']);
    await log.close();
  });
});

describe('a Redis user that may not ask INFO', () => {
  it("is reported once, because nobody can tell a failover then, and not with onFailover: 'trust'", async () => {
    await redis.connect().call('ACL', 'SETUSER', 'blind', 'on', '>secret', '~*', '&*', '+@all', '-info');
    const user = { username: 'blind', password: 'secret', enableReadyCheck: false };
    const connect = () => redis.connect(undefined, user);
    const namespace = redis.namespace();
    const log = createRedisLog({ client: connect(), namespace, shards: 2 });
    const { follower, errors } = record(log);
    await follower.ready;
    for (let i = 0; i < 3; i++) await follower.sync();
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('may not ask INFO')]);
    expect(errors).toMatchObject([{ code: 'ERR_INVALIDATION_UNAVAILABLE' }]);
    const trusting = createRedisLog({ client: connect(), namespace, shards: 2, onFailover: 'trust' });
    const other = record(trusting);
    await other.follower.ready;
    expect(other.errors).toEqual([]);
    await Promise.all([log.close(), trusting.close()]);
  });
});
