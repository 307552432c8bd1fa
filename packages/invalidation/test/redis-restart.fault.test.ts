import type { RedisClient } from '@lockstep/core';
import { startFaultProxy, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createRedisLog, type InvalidationLog } from '../src/index.ts';
import { record } from './recorder.ts';
import { streamOf } from './redis-setup.ts';

function connect(port: number): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

/** A Redis of its own, a follower behind a fault proxy, and a log that publishes around it. */
async function start(appendonly: boolean) {
  const server = await startRedis({ appendonly });
  const proxy = await startFaultProxy({ to: server });
  onTestFinished(async () => {
    await proxy.close();
    await server.close();
  });
  const direct = connect(server.port);
  const log = createRedisLog({ client: direct, namespace: 'restart' });
  const distant = createRedisLog({ client: connect(proxy.port), namespace: 'restart', timeoutMs: 300 });
  const heard = record(distant);
  onTestFinished(async () => {
    await distant.close();
    await log.close();
  });
  await heard.follower.ready;
  return { server, proxy, direct, log, heard };
}

/** Publishes until the log takes it, as a caller that means it does. */
async function publishUntilTaken(log: InvalidationLog, key: string): Promise<void> {
  await expect.poll(() => log.publish([key]).then(Boolean, () => false)).toBe(true);
}

describe('a follower whose Redis restarts', () => {
  it.each([
    ['with its data', true],
    ['without its data', false],
  ])('%s is reset as lost and hears what comes next', async (_how, keepData) => {
    const { server, log, heard } = await start(true);
    await log.publish(['before']);
    await expect.poll(() => heard.keys).toEqual(['before']);
    await server.kill();
    await server.restart({ keepData });
    await expect.poll(() => heard.resets).toEqual(['lost']);
    await publishUntilTaken(log, 'after');
    await expect.poll(() => heard.keys.at(-1)).toBe('after');
    expect(heard.resets).toEqual(['lost']);
  });

  it('is reset when an entry that it had not heard was lost, though newer ones came', async () => {
    const { server, proxy, direct, log, heard } = await start(false);
    await log.publish(['before']);
    await expect.poll(() => heard.keys).toEqual(['before']);
    await direct.call('SAVE');
    await proxy.refuse();
    proxy.cut();
    await log.publish(['acknowledged and lost']);
    await server.kill();
    await server.restart({ keepData: true });
    // The ids are in order again and the count fits: only the process is another one.
    await publishUntilTaken(log, 'newer');
    await proxy.heal();
    await expect.poll(() => heard.resets).toEqual(['lost']);
    expect(heard.keys).not.toContain('acknowledged and lost');
  });

  it('is reset when a copy that lacks acknowledged entries takes over', async () => {
    await using primary = await startRedis();
    await using replica = await startRedis({ config: { 'replica-read-only': 'yes' } });
    const [old, young] = [connect(primary.port), connect(replica.port)];
    await young.call('REPLICAOF', primary.host, primary.port);
    // A client that is led to whoever is the primary, as by a Sentinel.
    let current = old;
    const client: RedisClient = {
      call: (command, ...args) => current.call(command, ...args),
      callBuffer: (command, ...args) => current.callBuffer(command, ...args),
      duplicate: () => current.duplicate(),
    };
    const log = createRedisLog({ client, namespace: 'copy', timeoutMs: 300 });
    onTestFinished(() => log.close());
    const heard = record(log, { heartbeatMs: 50 });
    await heard.follower.ready;
    await heard.follower.caughtUpTo(await log.publish(['before']));
    await expect.poll(() => young.xlen(streamOf('copy'))).toBe(1);
    await young.call('REPLICAOF', 'NO', 'ONE');
    await heard.follower.caughtUpTo(await log.publish(['acknowledged and lost']));
    current = young;
    await primary.kill();
    // It knows the script from nobody, looks who it is, and begins a new epoch.
    await heard.follower.caughtUpTo(await log.publish(['first of the copy']));
    await expect.poll(() => heard.resets).toEqual(['lost']);
    await heard.follower.caughtUpTo(await log.publish(['after']));
    expect(heard.keys.at(-1)).toBe('after');
    expect(heard.resets).toEqual(['lost']);
  });

  it('gets no position of the old epoch from a Redis that came back with older data', async () => {
    await using server = await startRedis();
    const client = connect(server.port);
    const log = createRedisLog({ client, namespace: 'older' });
    const other = createRedisLog({ client, namespace: 'other' });
    onTestFinished(() => log.close());
    await log.publish(['a']);
    await client.call('SAVE');
    const lost = await log.publish(['b']);
    await server.kill();
    await server.restart({ keepData: true });
    // Nobody follows: the publisher finds it out by itself.
    await publishUntilTaken(other, 'x');
    await publishUntilTaken(log, 'c');
    expect((await log.publish(['d'])).split('-')[0]).not.toBe(lost.split('-')[0]);
  });

  it.each(['flush', 'trust'] as const)('never takes a replica for the log, with %s', async (onFailover) => {
    await using primary = await startRedis();
    await using replica = await startRedis();
    const log = createRedisLog({ client: connect(primary.port), namespace: 'replica' });
    await log.publish(['a']);
    // From here on there is nothing to note for one that asks, so that only the attempt to write tells.
    await record(log).follower.ready;
    const distant = connect(replica.port);
    await distant.call('REPLICAOF', primary.host, primary.port);
    await expect.poll(() => distant.info('replication')).toContain('master_link_status:up');
    const heard = record(createRedisLog({ client: distant, namespace: 'replica', onFailover }));
    await expect.poll(() => heard.errors.length).toBeGreaterThan(0);
    expect(String(heard.errors[0]?.cause)).toContain('READONLY');
    expect(heard.follower.horizonAgeMs()).toBe(Infinity);
  });

  it('goes on where it is told to trust the process that took over', async () => {
    await using server = await startRedis({ appendonly: true });
    const log = createRedisLog({ client: connect(server.port), namespace: 'trust', onFailover: 'trust' });
    onTestFinished(() => log.close());
    const heard = record(log, { heartbeatMs: 50 });
    await heard.follower.ready;
    await heard.follower.caughtUpTo(await log.publish(['before']));
    await server.kill();
    await server.restart({ keepData: true });
    await publishUntilTaken(log, 'after');
    await expect.poll(() => heard.keys).toContain('after');
    expect(heard.resets).toEqual([]);
  });
});
