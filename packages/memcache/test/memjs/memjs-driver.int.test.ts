import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { connectMeta, createMemjsDriver } from '../../src/index.ts';
import { describeDriver } from '../driver/driver-conformance.ts';

const capabilities = {
  flags: true,
  cas: true,
  multiGet: true,
  counters: true,
  append: true,
  lease: false,
  stale: false,
  explicitCas: false,
  conditionalGet: false,
};

describeDriver('the memjs driver', capabilities, ({ host, port }) => createMemjsDriver({ host, port }));

it('rejects what the binary protocol does not have, naming the capability, before it connects', async () => {
  await using driver = createMemjsDriver({ host: '127.0.0.1', port: 1 });
  const refusal = (capability: string): object => ({
    code: 'ERR_MEMCACHE_UNSUPPORTED',
    message: expect.stringContaining(`"${capability}"`) as string,
  });
  await expect(driver.read('k')).rejects.toMatchObject(refusal('lease'));
  await expect(driver.markStale('k')).rejects.toMatchObject(refusal('stale'));
  await expect(driver.cas('k', 'v', 1n, { orStale: true })).rejects.toMatchObject(refusal('stale'));
  for (const call of ['set', 'add', 'replace'] as const) {
    await expect(driver[call]('k', 'v', { explicitCas: 1n })).rejects.toMatchObject(refusal('explicitCas'));
  }
  await expect(driver.cas('k', 'v', 1n, { explicitCas: 1n })).rejects.toMatchObject(refusal('explicitCas'));
});

it('compares CAS values, and takes 0 for one that no item has', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver(server);
  await using meta = await connectMeta(server);
  await driver.set('k', 'first', { flags: 3 });
  const { cas } = (await driver.gets('k'))!;
  expect(cas).toBe((await meta.gets('k'))!.cas);
  expect(await driver.cas('k', 'zero', 0n)).toBe('exists');
  expect(await driver.cas('none', 'zero', 0n)).toBe('not-found');
  expect(await driver.cas('k', 'second', cas!, { flags: 4 })).toBe('stored');
  expect(await driver.cas('k', 'third', cas!)).toBe('exists');
  expect(await meta.get('k')).toEqual({ value: Buffer.from('second'), flags: 4 });
  await expect(driver.cas('k', 'v', -1n)).rejects.toThrow(RangeError);
});

it('touches what it gets with gat', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver(server);
  await driver.set('k', 'value', { flags: 9 });
  expect(await driver.gat('k', 100)).toEqual({ value: Buffer.from('value'), flags: 9 });
  expect(await driver.gat('k', -1)).toEqual({ value: Buffer.from('value'), flags: 9 });
  expect(await driver.get('k')).toBeUndefined();
  expect(await driver.gat('k', 100)).toBeUndefined();
});

it('puts all calls of a turn into one write, and reads many keys in one round trip', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver(server);
  await using meta = await connectMeta(server);
  await driver.version();
  const reads = async (): Promise<number> => Number((await meta.stats()).get('cmd_get'));
  const keys = Array.from({ length: 500 }, (_, index) => `k${index}`);
  await Promise.all(keys.map((key) => driver.set(key, key)));
  const before = await reads();
  const items = await driver.getMany([...keys, 'none']);
  expect(items.map((item) => item?.value.toString())).toEqual([...keys, undefined]);
  expect(await reads()).toBe(before + 501);
});

it('drops everything after a delay with flushAll', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver(server);
  await driver.set('k', 'v');
  await driver.flushAll({ delaySeconds: 2000 });
  expect((await driver.get('k'))?.value.toString()).toBe('v');
  await driver.flushAll();
  expect(await driver.get('k')).toBeUndefined();
});
