import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { connectMeta, createMetaDriver } from '../../src/index.ts';
import { describeDriver } from '../driver/driver-conformance.ts';

// memcached 1.6.18 has neither explicit CAS values nor conditional reads.
const capabilities = {
  flags: true,
  cas: true,
  multiGet: true,
  counters: true,
  append: true,
  lease: true,
  stale: true,
  meta: true,
};

describeDriver('the meta driver', capabilities, ({ host, port }) => createMetaDriver({ host, port }));
describeDriver('the meta driver with binary keys', capabilities, ({ host, port }) =>
  createMetaDriver({ host, port }, { keys: 'binary' }),
);

it('talks over a unix socket', async () => {
  await using server = await startMemcached({ unixSocket: true });
  await using driver = await connectMeta({ socketPath: server.socketPath! });
  await driver.set('k', 'v');
  expect((await driver.get('k'))?.value.toString()).toBe('v');
});

it('opens one connection, with the first call', async () => {
  await using server = await startMemcached();
  await using observer = await connectMeta(server);
  const opened = async (): Promise<number> => Number((await observer.stats()).get('total_connections'));
  const before = await opened();
  await using driver = createMetaDriver(server);
  expect(await opened()).toBe(before);
  await Promise.all(Array.from({ length: 100 }, (_, index) => driver.get(`k${index}`)));
  expect(await opened()).toBe(before + 1);
});

it('turns a batch value into a delete when memory runs out in the middle of it and the old value is still there', async () => {
  // -M: no eviction. A value of several chunks then fails half-way, and memcached keeps the old one.
  await using server = await startMemcached({ memoryMb: 8, args: ['-M'] });
  await using driver = await connectMeta(server);
  const half = Buffer.alloc(500_000, 'a');
  const isFull = async (index: number): Promise<boolean> =>
    driver.set(`fill-${index}`, half).then(
      () => false,
      (error: unknown) => error !== undefined,
    );
  let filled = 0;
  while (!(await isFull(filled))) filled++;
  const key = Buffer.from('fill-1');
  await expect(driver.set(key, Buffer.alloc(600_000, 'b'))).rejects.toHaveProperty('code', 'ERR_MEMCACHE_SERVER');
  expect((await driver.get(key))?.value.length).toBe(500_000);
  await driver.batch([{ kind: 'set', key, value: Buffer.alloc(600_000, 'b'), flags: 0, expiresAt: 0 }]);
  expect(await driver.get(key)).toBeUndefined();
});

it('names an option that makes no sense', () => {
  expect(() => createMetaDriver({ host: '127.0.0.1' }, { timeoutMs: 0 })).toThrow(
    'timeoutMs must be a positive number, got 0',
  );
});

it('names what is wrong with an address', () => {
  expect(() => createMetaDriver({ host: '' })).toThrow('needs a host or a socketPath');
  expect(() => createMetaDriver({ host: 'cache', port: 70_000 })).toThrow('the port of cache must be an integer');
});
