import Memcached from 'memcached';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { type StartedProxy, startProxy } from '../start-proxy.ts';

let proxy: StartedProxy;
let client: Memcached;

beforeAll(async () => {
  proxy = await startProxy();
  client = new Memcached(`127.0.0.1:${proxy.port}`, { timeout: 5000, retries: 0 });
});
afterAll(async () => {
  client.end();
  await proxy[Symbol.asyncDispose]();
});

/** Calls a method of the client, which nobody here wrote, as a promise. */
function call<T>(method: keyof Memcached, ...args: unknown[]): Promise<T> {
  const run = client[method] as (...all: unknown[]) => void;
  return new Promise<T>((resolve, reject) => {
    const done = (error: Error | undefined, value: T): void => (error === undefined ? resolve(value) : reject(error));
    run.call(client, ...args, done);
  });
}

it('stores, reads, changes and deletes through the npm client memcached', async () => {
  await expect(call('set', 'greeting', 'hällo', 60)).resolves.toBe(true);
  await expect(call('get', 'greeting')).resolves.toBe('hällo');
  await expect(call('set', 'object', { deep: [1, 2] }, 60)).resolves.toBe(true);
  await expect(call('get', 'object')).resolves.toEqual({ deep: [1, 2] });
  await expect(call('replace', 'greeting', 'bye', 60)).resolves.toBe(true);
  await expect(call('set', 'count', 10, 60)).resolves.toBe(true);
  await expect(call('incr', 'count', 5)).resolves.toBe(15);
  await expect(call('decr', 'count', 1)).resolves.toBe(14);
  await expect(call('touch', 'greeting', 120)).resolves.toBe(true);
  await expect(call('del', 'greeting')).resolves.toBe(true);
  await expect(call('get', 'greeting')).resolves.toBeUndefined();
});

it('answers its multi-get over three nodes', async () => {
  const keys = Array.from({ length: 60 }, (_, index) => `multi-${index}`);
  await Promise.all(keys.map((key) => call('set', key, `value of ${key}`, 60)));
  const found = await call<Record<string, string>>('getMulti', [...keys, 'missing']);
  expect(found).toEqual(Object.fromEntries(keys.map((key) => [key, `value of ${key}`])));
});

it('serves its gets and cas', async () => {
  await call('set', 'versioned', 'one', 60);
  const { cas } = await call<{ cas: string }>('gets', 'versioned');
  await expect(call('cas', 'versioned', 'two', cas, 60)).resolves.toBe(true);
  await expect(call('cas', 'versioned', 'three', cas, 60)).resolves.toBe(false);
  await expect(call('get', 'versioned')).resolves.toBe('two');
});

it('spreads the keys over the nodes of the pool', async () => {
  const stats = await proxy.pool.stats();
  const items = stats.map((node) => Number('stats' in node ? node.stats?.get('curr_items') : 0));
  expect(items.filter((count) => count > 0)).toHaveLength(3);
});
