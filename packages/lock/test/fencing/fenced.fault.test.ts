import { startFaultProxy, startRedis, startRedisCluster } from '@lockstep/testing';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { fenced } from '../../src/index.ts';

describe('fenced, when something is in the way', () => {
  it('gives up in time when Redis hangs, and a write that arrives after a newer holder is still refused', async () => {
    await using server = await startRedis();
    await using proxy = await startFaultProxy({ to: server });
    const zombie = new Redis(proxy.port);
    const holder = new Redis(server.port);
    await fenced(zombie, 'k').set('first', 6);
    proxy.halfOpen();
    await expect(fenced(zombie, 'k', { timeoutMs: 50 }).set('late', 6)).rejects.toMatchObject({
      code: 'ERR_LOCK_UNAVAILABLE',
      message: expect.stringContaining('within 50 ms'),
    });
    await fenced(holder, 'k').set('newer', 7);
    await proxy.heal();
    await expect.poll(() => zombie.ping()).toBe('PONG');
    expect(await holder.get('k')).toBe('newer');
    zombie.disconnect();
    holder.disconnect();
  });

  it('ends with the reason of the signal', async () => {
    await using server = await startRedis();
    await using proxy = await startFaultProxy({ to: server });
    const client = new Redis(proxy.port);
    await client.ping();
    proxy.halfOpen();
    const controller = new AbortController();
    const write = fenced(client, 'k').set('v', 7, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(write).rejects.toThrow('enough');
    await expect(fenced(client, 'k').raise(7, { signal: controller.signal })).rejects.toThrow('enough');
    client.disconnect();
  });

  it('finds its fence in every slot of a Cluster', async () => {
    await using cluster = await startRedisCluster();
    const client = new Cluster([...cluster.endpoints]);
    for (const key of ['a', 'b', 'c', 'd', 'e{f}g']) {
      await fenced(client, key).set('v', 7);
      await expect(fenced(client, key).set('zombie', 6)).rejects.toMatchObject({ code: 'ERR_LOCK_STALE_TOKEN' });
    }
    client.disconnect();
  });
});
