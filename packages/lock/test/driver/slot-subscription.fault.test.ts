import { type RedisCluster, type RedisServer, startRedisCluster } from '@lockstep/testing';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import type { LockFamily } from '../../src/driver/lock-driver.ts';
import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { BOUND, listenTo, type LockProcess } from './conformance/process.ts';
import { startSlotMove } from './slot-move.ts';
import { untilTold } from './until-told.ts';

let cluster: RedisCluster | undefined;
const clients: Cluster[] = [];
let names = 0;
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});
afterAll(() => cluster?.close());

const patience = { timeout: 20_000, interval: 50 };
const baseOf = (key: string): string => `{lk:lockstep:${key}}`;
const key = (): string => `s${++names}`;

function open(family?: LockFamily | 'lock'): LockProcess {
  const client = new Cluster([...cluster!.endpoints], { redisOptions: { connectTimeout: 500 } });
  client.on('error', () => undefined);
  clients.push(client);
  return listenTo(createRedisLockDriver({ client }), family === 'lock' ? undefined : family);
}

async function askNode<T>(node: RedisServer, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(node.port, node.host);
  try {
    return await ask(client);
  } finally {
    client.disconnect();
  }
}

/** How often a node was asked to be listened to. */
async function subscriptions(node: RedisServer): Promise<number> {
  const stats = await askNode(node, (client) => client.info('commandstats'));
  return Number(/cmdstat_ssubscribe:calls=(\d+)/u.exec(stats)?.[1] ?? 0);
}

/** What a node was told by other nodes to pass on. */
async function passedOn(node: RedisServer): Promise<number> {
  const info = await askNode(node, (client) => client.cluster('INFO'));
  return [...info.matchAll(/publish(?:shard)?_received:(\d+)/gu)].reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('pushes in the slots of a Cluster', () => {
  it('are heard where the lock is, and no other node hears of them', async () => {
    await using a = open();
    await using b = open();
    const name = key();
    const home = await cluster!.masterOf(baseOf(name));
    const before = await Promise.all(cluster!.nodes.map(passedOn));
    const subscribed = await subscriptions(home);
    for (let i = 0; i < 20; i++) {
      const holder = await a.hold(name);
      const waiting = await b.wait(name);
      await a.driver.release(name, holder, BOUND);
      await vi.waitFor(() => expect(b.grants.at(-1)?.owner).toBe(waiting), patience);
      await b.driver.release(name, waiting, BOUND);
    }
    expect(await Promise.all(cluster!.nodes.map(passedOn))).toEqual(before);
    expect(await subscriptions(home)).toBe(subscribed + 1);
    const listeners = (node: RedisServer): Promise<unknown[]> =>
      askNode(node, (client) => client.call('PUBSUB', 'SHARDCHANNELS', `*${baseOf(name)}`) as Promise<unknown[]>);
    const found = await Promise.all(cluster!.nodes.map(async (node) => [node, (await listeners(node)).length]));
    expect(found).toEqual(cluster!.nodes.map((node) => [node, node === home ? 1 : 0]));
  });

  it('skip at once whoever is gone', async () => {
    await using a = open();
    await using b = open();
    const gone = open();
    const name = key();
    const holder = await a.hold(name);
    await gone.wait(name);
    const next = await b.wait(name);
    await gone[Symbol.asyncDispose]();
    await vi.waitFor(async () => {
      const home = await cluster!.masterOf(baseOf(name));
      const channels = await askNode(home, (client) => client.call('PUBSUB', 'SHARDCHANNELS', `*${baseOf(name)}`));
      expect(channels).toHaveLength(1);
    }, patience);
    await a.driver.release(name, holder, BOUND);
    await expect(a.driver.inspect(name, BOUND)).resolves.toMatchObject({ owner: next });
  });

  it('follow a slot that moves under a waiter, who asks again and keeps no one else from the lock', async () => {
    await using a = open();
    await using b = open();
    const name = key();
    const holder = await a.hold(name);
    const waiting = await b.wait(name);
    const before = b.reconnects();
    await using move = await startSlotMove(cluster!, baseOf(name));
    await move.moveKeys();
    await move.finish();
    await vi.waitFor(() => expect(b.reconnects()).toBeGreaterThan(before), patience);
    await expect(b.ask(name, { owner: waiting, mode: 'queue' })).resolves.toMatchObject({ reply: { kind: 'queued' } });
    await a.driver.release(name, holder, BOUND);
    await vi.waitFor(() => expect(b.grants.map(({ owner }) => owner)).toContain(waiting), patience);
    await b.driver.release(name, waiting, BOUND);
    await untilTold(a, b, name);
  });

  it.each([
    ['lock', 'before its keys have moved'],
    ['lock', 'after that'],
    ['semaphore', 'before its keys have moved'],
    ['semaphore', 'after that'],
  ] as const)('never show a %s of a slot that is on its way as free or lost: %s', async (family, when) => {
    await using a = open(family);
    await using b = open(family);
    const name = key();
    const shape = { kind: 'semaphore', permits: 1 } as const;
    const holder = await a.hold(name, { shape });
    const base = baseOf(name).replace('lk:', family === 'lock' ? 'lk:' : 'lks:');
    await using move = await startSlotMove(cluster!, base);
    if (when === 'after that') await move.moveKeys();
    const bound = { timeoutMs: 300 };
    const request = {
      key: name,
      owner: b.driver.nextOwner(),
      ttlMs: 60_000,
      grantMs: 500,
      mode: 'try',
      shape,
    } as const;
    const [asked, renewed] = await Promise.allSettled([
      b.driver.acquire(request, bound),
      a.driver.renew([{ key: name, owner: holder, ttlMs: 60_000 }], bound),
    ]);
    expect(asked).not.toMatchObject({ value: { kind: 'held' } });
    expect(renewed).not.toMatchObject({ value: ['lost'] });
    await move.moveKeys();
    await move.finish();
    await expect(b.driver.inspect(name, BOUND)).resolves.toMatchObject({ owner: holder });
    await expect(a.driver.release(name, holder, BOUND)).resolves.toBe('released');
  });

  it('are heard again after the masters were killed', async () => {
    await using a = open();
    await using b = open();
    const name = key();
    await untilTold(a, b, name);
    const before = b.reconnects();
    const home = await cluster!.masterOf(baseOf(name));
    await home.kill();
    await home.restart();
    await cluster!.whole();
    await vi.waitFor(() => expect(b.reconnects()).toBeGreaterThan(before), patience);
    await untilTold(a, b, name);
  }, 60_000);
});
