import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { connectMeta, createMemjsDriver } from '../src/index.ts';
import { describeDriver } from './driver-conformance.ts';

const capabilities = { flags: true, cas: false, multiGet: false, counters: false };

describeDriver('the memjs driver', capabilities, ({ host, port }) => createMemjsDriver({ host, port }));

it('rejects what memjs cannot do right, naming the capability', async () => {
  await using driver = createMemjsDriver({ host: '127.0.0.1', port: 1 });
  const code = 'ERR_MEMCACHE_UNSUPPORTED';
  await expect(driver.gets('k')).rejects.toMatchObject({ code, message: expect.stringContaining('"cas"') });
  await expect(driver.cas('k', 'v', 1n)).rejects.toMatchObject({ code, message: expect.stringContaining('"cas"') });
  await expect(driver.incr('k', 1n)).rejects.toMatchObject({ code, message: expect.stringContaining('"counters"') });
  await expect(driver.decr('k', 1n)).rejects.toMatchObject({ code, message: expect.stringContaining('"counters"') });
});

it('replaces the client before memjs runs out of numbers, and loses nothing', async () => {
  await using server = await startMemcached();
  await using observer = await connectMeta(server);
  const count = async (name: string): Promise<number> => Number((await observer.stats()).get(name));
  const before = await count('total_connections');
  await using driver = createMemjsDriver({ host: server.host, port: server.port, recycleAfter: 10 });
  await Promise.all(Array.from({ length: 50 }, (_, index) => driver.set(`k${index}`, `${index}`)));
  const items = await driver.getMany(Array.from({ length: 50 }, (_, index) => `k${index}`));
  expect(items.map((item) => item?.value.toString())).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
  expect(await count('total_connections')).toBe(before + 10);
  await expect.poll(() => count('curr_connections')).toBeLessThanOrEqual(3);
});
