import { type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fenced, guardScript } from '../../src/index.ts';

const OLD = 1_790_000_000_000_001;
const NEW = 1_790_000_000_000_002;
const stale = { code: 'ERR_LOCK_STALE_TOKEN', token: OLD };

describe('fenced', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.port);
  });
  afterAll(async () => {
    client.disconnect();
    await server.close();
  });

  it('sets a key under the newest token, again under the same, and not under an older one', async () => {
    const key = fenced(client, 'set');
    await key.set('by the old', OLD);
    await key.set('by the new', NEW, { ttlMs: 60_000 });
    await key.set('again', NEW);
    await expect(key.set('zombie', OLD)).rejects.toMatchObject(stale);
    expect(await key.get(NEW)).toBe('again');
    expect(await client.pttl('set')).toBe(-1);
  });

  it('expires what it sets, and not the fence', async () => {
    await fenced(client, 'ttl').set('v', NEW, { ttlMs: 60_000 });
    expect(await client.pttl('ttl')).toBeGreaterThan(50_000);
    expect(await client.pttl('{ttl}:fence')).toBe(-1);
  });

  it('refuses older tokens from the moment at which a newer one was raised or read under', async () => {
    await fenced(client, 'raise').raise(NEW);
    await expect(fenced(client, 'raise').set('zombie', OLD)).rejects.toMatchObject(stale);
    expect(await fenced(client, 'read').get(NEW)).toBeUndefined();
    await expect(fenced(client, 'read').get(OLD)).rejects.toMatchObject(stale);
    expect(await client.exists('raise', 'read')).toBe(0);
  });

  it('removes a key and still knows its newest token', async () => {
    const key = fenced(client, 'del');
    await key.set('v', NEW);
    expect([await key.del(NEW), await key.del(NEW)]).toEqual([true, false]);
    await expect(key.set('zombie', OLD)).rejects.toMatchObject(stale);
  });

  it('writes hashes, and by any other command whose first argument is the key', async () => {
    const hash = fenced(client, 'hash');
    await hash.hset({ a: 1, b: Buffer.from('two') }, NEW);
    expect(await hash.hdel(['a', 'none'], NEW)).toBe(1);
    expect(await client.hgetall('hash')).toEqual({ b: 'two' });
    await expect(hash.hset({ b: 'zombie' }, OLD)).rejects.toMatchObject(stale);
    const stream = fenced(client, 'stream');
    expect(await stream.call('XADD', ['*', 'n', 1], NEW)).toMatch(/^\d+-\d$/);
    await expect(stream.call('XADD', ['*', 'n', 2], OLD)).rejects.toMatchObject(stale);
    expect(await client.xlen('stream')).toBe(1);
  });

  it('keeps the order of tokens that differ in the last microsecond only', async () => {
    const highest = Number.MAX_SAFE_INTEGER;
    await fenced(client, 'high').set('v', highest);
    await expect(fenced(client, 'high').set('zombie', highest - 1)).rejects.toThrow(`has seen ${highest}`);
  });

  it('shares a fence between keys that one lock guards', async () => {
    const fence = '{cart}:fence';
    await fenced(client, '{cart}:items', { fence }).set('v', NEW);
    await expect(fenced(client, '{cart}:total', { fence }).set('zombie', OLD)).rejects.toMatchObject(stale);
  });

  it('forgets a fence that was not used for as long as it was told', async () => {
    const key = fenced(client, 'forget', { fenceTtlMs: 20 });
    await key.set('v', NEW);
    await expect.poll(() => client.exists('{forget}:fence')).toBe(0);
    await key.set('old', OLD);
    expect(await client.get('forget')).toBe('old');
  });

  it('raises the fence also where the command then fails, and says what Redis said', async () => {
    await client.set('wrong', 'text');
    const failure = { code: 'ERR_LOCK_UNAVAILABLE', message: expect.stringContaining('WRONGTYPE') };
    await expect(fenced(client, 'wrong').hset({ a: 1 }, NEW)).rejects.toMatchObject(failure);
    await expect(fenced(client, 'wrong').set('zombie', OLD)).rejects.toMatchObject(stale);
  });

  it('refuses what is no token before it asks', async () => {
    await expect(fenced(client, 'k').set('v', 0)).rejects.toThrow(
      TypeError('a fencing token is a whole number from 1 to 2^53 - 1, got 0'),
    );
    expect(() => fenced(client, 'k', { timeoutMs: 0 })).toThrow('timeoutMs must be');
    await expect(fenced(client, 'k').call('DEL', Array(7001).fill('x'), NEW)).rejects.toThrow('at most 7000 arguments');
  });

  it('runs any script under its guard, with keys and arguments of its own', async () => {
    const move = guardScript(`
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
      redis.call('SET', KEYS[2], ARGV[1])
      return { redis.call('DEL', KEYS[1]), #KEYS, #ARGV }
    `);
    await client.set('{m}:from', 'v');
    const run = { fence: '{m}:fence', keys: ['{m}:from', '{m}:to'], args: ['v'] };
    expect(await move.run(client, { ...run, token: NEW })).toEqual([1, 2, 1]);
    expect(await move.run(client, { ...run, token: NEW })).toBeNull();
    await client.mset('{m}:from', 'v', '{m}:to', 'kept');
    await expect(move.run(client, { ...run, token: OLD })).rejects.toMatchObject(stale);
    expect(await client.mget('{m}:from', '{m}:to')).toEqual(['v', 'kept']);
    await client.script('FLUSH');
    expect(await move.run(client, { ...run, token: NEW })).toEqual([1, 2, 1]);
  });
});
