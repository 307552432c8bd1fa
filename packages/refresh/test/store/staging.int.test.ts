import { describe, expect, it } from 'vitest';

import { put, replacementOf, wholeOf } from '../../src/conformance/store-case.ts';
import { stage } from '../../src/store/redis/lua/stage.ts';
import { swap } from '../../src/store/redis/lua/swap.ts';
import { createRedisNames } from '../../src/store/redis/redis-names.ts';
import { generationOf } from './contents.ts';
import { setupRedis } from './redis-lab.ts';

const redis = setupRedis();

const [SUPERSEDED, STAGED, BROKEN] = [0, 1, 2];

describe('a chunk', () => {
  const run = (position: number, ...elements: string[]): Promise<unknown> => {
    const { meta, staged } = createRedisNames(redis.prefix)('k');
    const args = [1, 60_000, 'list', position, elements.length, ...elements];
    return stage.run(redis.connect(), [meta, ...staged('x')], args);
  };
  const gathered = (): Promise<string[]> => redis.connect().lrange(`{${redis.prefix}k}:x:sd`, 0, -1);

  it('that is sent twice is added once', async () => {
    await redis.open().begin('k', 1);
    await expect(run(0, 'a', 'b')).resolves.toBe(STAGED);
    await expect(run(0, 'a', 'b')).resolves.toBe(STAGED);
    await expect(run(2, 'c')).resolves.toBe(STAGED);
    await expect(run(0, 'a', 'b')).resolves.toBe(STAGED);
    await expect(gathered()).resolves.toEqual(['a', 'b', 'c']);
  });

  it('that does not follow what is there is refused, as where Redis has lost what came before', async () => {
    await redis.open().begin('k', 1);
    await expect(run(2, 'c')).resolves.toBe(BROKEN);
    await run(0, 'a', 'b');
    await expect(run(1, 'b', 'c')).resolves.toBe(BROKEN);
    await expect(gathered()).resolves.toEqual(['a', 'b']);
  });

  it.for(['list', 'hash'] as const)('of a %s expires by itself', async (shape) => {
    const { meta, staged } = createRedisNames(redis.prefix)('k');
    const client = redis.connect();
    await redis.open().begin('k', 1);
    await stage.run(client, [meta, ...staged('x')], [1, 60_000, shape, 0, 1, 'a', ...(shape === 'hash' ? ['b'] : [])]);
    const keys = await client.keys(`{${redis.prefix}k}:x:s?`);
    expect(keys).toHaveLength(shape === 'hash' ? 2 : 1);
    for (const key of keys) await expect(client.pttl(key)).resolves.toBeGreaterThan(0);
  });

  it('of a load that was superseded is refused', async () => {
    await redis.open().begin('k', 1);
    await run(0, 'a');
    await redis.open().begin('k', 2);
    await expect(run(1, 'b')).resolves.toBe(SUPERSEDED);
    await expect(gathered()).resolves.toEqual(['a']);
  });
});

describe('what was gathered', () => {
  const swapIn = (shape: string, size: number): Promise<unknown> => {
    const { meta, data, order, staged } = createRedisNames(redis.prefix)('k');
    const keys = [meta, data, order, ...staged('x')];
    return swap.run(redis.connect(), keys, [1, 60_000, 60_000, 60_000, '-', shape, size, 500, '']);
  };

  it('is not put in place when a part of it is missing', async () => {
    const store = redis.open();
    const client = redis.connect();
    await put(store, 'k', 1, generationOf('list', 3, 1));
    const name = `{${redis.prefix}k}:x`;
    await client.rpush(`${name}:sd`, 'a');
    await expect(swapIn('list', 2)).resolves.toBe(BROKEN);
    await expect(swapIn('list', 0)).resolves.toBe(BROKEN);
    await expect(swapIn('hash', 1)).resolves.toBe(BROKEN);
    await expect(wholeOf(store, 'k', 'list')).resolves.toMatchObject({ content: generationOf('list', 3, 1) });
    await expect(swapIn('list', 1)).resolves.toBe(STAGED);
  });

  it('is not put in place for a load that was superseded meanwhile', async () => {
    const store = redis.open();
    await store.begin('k', 1);
    await redis.connect().rpush(`{${redis.prefix}k}:x:sd`, 'a');
    await store.invalidate('k', 'remove');
    await expect(swapIn('list', 1)).resolves.toBe(SUPERSEDED);
    await expect(store.read('k', 'list', { kind: 'whole' })).resolves.toBeUndefined();
  });

  it('is gathered again when Redis loses it, and given up when that happens again and again', async () => {
    const client = redis.connect();
    let losses = 0;
    // Loses what was gathered, right before it is put in place.
    const losing = (times: number): typeof client => {
      const callBuffer = async (command: string, ...args: (string | Buffer | number)[]): Promise<unknown> => {
        const keys = args.map(String);
        const stagedData = keys.find((key) => key.endsWith(':sd'));
        if (keys[1] === '5' && stagedData !== undefined && losses++ < times) await client.del(stagedData);
        return client.callBuffer(command, ...args);
      };
      return Object.assign(Object.create(client) as typeof client, { callBuffer });
    };
    const content = generationOf('list', 2000, 1);
    const patient = redis.open({ redis: losing(2) });
    await patient.begin('k', 1);
    await expect(patient.replace('k', replacementOf(1, content))).resolves.toBe('stored');
    await expect(wholeOf(patient, 'k', 'list')).resolves.toMatchObject({ content });
    losses = 0;
    const unlucky = redis.open({ redis: losing(Infinity) });
    const replaced = unlucky.replace('k', replacementOf(1, generationOf('list', 2000, 2)));
    await expect(replaced).rejects.toMatchObject({ code: 'ERR_REFRESH_STORE' });
    await expect(wholeOf(patient, 'k', 'list')).resolves.toMatchObject({ content });
  });
});
