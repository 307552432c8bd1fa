import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { CLAIM_LINKS } from '../src/lua/claim-links.ts';
import { connectRedis } from './connect-redis.ts';

const leases = ['{0}:west', '{0}:north'];
const LEASE_MS = 60_000;
const FREE = [0, ''];
let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});
beforeEach(async () => {
  await client.flushall();
});

const claim = (name: string, ...words: string[]): Promise<unknown> =>
  CLAIM_LINKS.run(client, leases.slice(0, words.length), [name, LEASE_MS, ...words]);
const held = (): Promise<unknown> => client.mget(...leases);

describe('claiming the leases of a shard', () => {
  it('gives each to who comes first, and tells others what it says and for how long', async () => {
    await expect(claim('a', '1 word')).resolves.toEqual(FREE);
    await expect(claim('b', '1 x', '2 y')).resolves.toEqual([expect.any(Number), 'a 1 word', ...FREE]);
    await expect(claim('a', '3 z', '4 z')).resolves.toEqual([...FREE, expect.any(Number), 'b 2 y']);
    await expect(held()).resolves.toEqual(['a 3 z', 'b 2 y']);
  });

  it('renews what the caller holds', async () => {
    await claim('a', '1 word');
    await client.pexpire(leases[0]!, 1000);
    await claim('a', '2 word');
    await expect(client.pttl(leases[0]!)).resolves.toBeGreaterThan(LEASE_MS / 2);
  });

  it('lets go what the caller holds, and nothing of another', async () => {
    await claim('a', '1 word');
    await claim('b', '', '2 word');
    await expect(held()).resolves.toEqual(['a 1 word', 'b 2 word']);
    await claim('b', '', '');
    await expect(held()).resolves.toEqual(['a 1 word', null]);
  });

  it('gives out one that would never end', async () => {
    await client.set(leases[0]!, 'b 1 word');
    await expect(claim('a', '1 word')).resolves.toEqual(FREE);
    await expect(held()).resolves.toEqual(['a 1 word', null]);
  });

  it('keeps what is held in a Redis that is full, and calls the rest free', async () => {
    await claim('a', '1 word');
    await client.config('SET', 'maxmemory', '1');
    try {
      await expect(client.set('any', '1')).rejects.toThrow('OOM');
      await expect(claim('a', '2 word')).resolves.toEqual(FREE);
      await expect(claim('b', '1 x', '2 y')).resolves.toEqual([expect.any(Number), 'a 2 word', ...FREE]);
      await expect(held()).resolves.toEqual(['a 2 word', null]);
      await claim('a', '');
      await expect(held()).resolves.toEqual([null, null]);
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
  });
});
