import { startRedis } from '@lockstep/testing';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { createMemoryFenceStore, createRedisFenceStore, type FenceStore } from '../../src/index.ts';

async function outcome(store: FenceStore, resource: string, token: number): Promise<string> {
  return store.admit(resource, token).then(
    () => 'admitted',
    (error: { code: string; key: string }) => `${error.code} ${error.key}`,
  );
}

const steps = [
  ['a', 6, 'admitted'],
  ['a', 7, 'admitted'],
  ['b', 6, 'admitted'],
  ['a', 7, 'admitted'],
  ['a', 6, 'ERR_LOCK_STALE_TOKEN a'],
  ['b', 6, 'admitted'],
] as const;

describe('a fence store', () => {
  it('in memory admits each resource its newest token', async () => {
    const store = createMemoryFenceStore();
    for (const [resource, token, expected] of steps) expect(await outcome(store, resource, token)).toBe(expected);
  });

  it('in Redis admits each resource its newest token, in every process', async () => {
    await using server = await startRedis();
    const client = new Redis(server.port);
    for (const [resource, token, expected] of steps) {
      expect(await outcome(createRedisFenceStore({ client }), resource, token)).toBe(expected);
    }
    expect((await client.keys('*')).sort()).toEqual(['lk:fence:a', 'lk:fence:b']);
    client.disconnect();
  });

  it('in Redis does not admit what it could not ask for', async () => {
    const client = new Redis(1, { lazyConnect: true, retryStrategy: null });
    client.on('error', () => undefined);
    const store = createRedisFenceStore({ client, timeoutMs: 2000 });
    expect(await outcome(store, 'a', 7)).toMatch(/^ERR_LOCK_UNAVAILABLE/);
  });

  it('in memory never admits a stale token, however little it may remember', async () => {
    const use = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 1, max: 6 }));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(use, { maxLength: 40 }), async (maxResources, uses) => {
        const store = createMemoryFenceStore({ maxResources });
        const newest = new Map<string, number>();
        for (const [resource, token] of uses) {
          const isAdmitted = (await outcome(store, resource, token)) === 'admitted';
          const known = newest.get(resource) ?? 0;
          expect(isAdmitted && token < known).toBe(false);
          if (isAdmitted) newest.set(resource, token);
        }
      }),
    );
  });

  it('in memory keeps what is in use, and asks for newer tokens where it has forgotten', async () => {
    const store = createMemoryFenceStore({ maxResources: 2 });
    expect(await outcome(store, 'a', 5)).toBe('admitted');
    expect(await outcome(store, 'b', 9)).toBe('admitted');
    expect(await outcome(store, 'a', 5)).toBe('admitted');
    expect(await outcome(store, 'c', 3)).toBe('admitted');
    expect(await outcome(store, 'd', 8)).toBe('ERR_LOCK_STALE_TOKEN d');
    expect(await outcome(store, 'b', 8)).toBe('ERR_LOCK_STALE_TOKEN b');
    expect(await outcome(store, 'a', 5)).toBe('admitted');
    expect(await outcome(store, 'd', 9)).toBe('admitted');
    expect(() => createMemoryFenceStore({ maxResources: 0 })).toThrow('maxResources must be');
  });
});
