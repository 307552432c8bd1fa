import { startFaultProxy, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createMemjsDriver } from '../src/index.ts';
import { codeOf, fill, hammer, hammerKeys, readAll } from './hammer.ts';

const nodeCodes = ['ERR_MEMCACHE_CONNECTION_LOST', 'ERR_MEMCACHE_NODE_DOWN', 'ERR_MEMCACHE_TIMEOUT'];

const otherCodes = (codes: ReadonlyMap<string, number>): string[] =>
  [...codes.keys()].filter((code) => !nodeCodes.includes(code));

it.each(['cut', 'reset'] as const)('survives a %s in the middle of traffic without a wrong value', async (fault) => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 500 });
  await fill(driver);
  let faults = 0;
  const tally = await hammer(driver, ({ hits }) => {
    if (hits > (faults + 1) * 200) {
      faults++;
      proxy[fault]();
    }
    return faults >= 5 && hits > 1500;
  });
  expect(tally.wrong).toEqual([]);
  expect(tally.misses).toBe(0);
  expect(otherCodes(tally.codes)).toEqual([]);
});

it('keeps nothing of a half reply for the next connection, whether silence or a hang-up follows', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 300 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  const value = 'A'.repeat(300);
  await direct.set('half', value);
  const replies = async (): Promise<number> => Number((await direct.stats()).get('cmd_get'));
  proxy.dropBytes({ direction: 'down', offset: 150, count: 1_000_000 });
  expect(await driver.get('half').catch(codeOf)).toBe('ERR_MEMCACHE_TIMEOUT');
  const half = driver.get('half', { timeoutMs: 20_000 }).catch(codeOf);
  await expect.poll(replies).toBe(2);
  proxy.cut();
  await proxy.heal();
  const next = await driver.get('half').then((item) => item?.value.toString(), codeOf);
  expect([value, 'ERR_MEMCACHE_CONNECTION_LOST', 'ERR_MEMCACHE_NODE_DOWN']).toContain(next);
  expect(await half).toMatch(/^ERR_MEMCACHE_(CONNECTION_LOST|NODE_DOWN)$/);
  expect((await driver.get('half'))?.value.toString()).toBe(value);
});

it('uses a connection no more after a call on it has timed out', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 300 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  const value = 'A'.repeat(300);
  await direct.set('half', value);
  proxy.dropBytes({ direction: 'down', offset: 150, count: 1_000_000 });
  expect(await driver.get('half').catch(codeOf)).toBe('ERR_MEMCACHE_TIMEOUT');
  await proxy.heal();
  expect((await driver.get('half', { timeoutMs: 20_000 }))?.value.toString()).toBe(value);
});

it('settles what is in flight when the server hangs up, long before its deadline', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver({ host: server.host, port: server.port, timeoutMs: 25_000 });
  await fill(driver);
  await server.freeze();
  const reads = hammerKeys.map((key) => driver.get(key).then(() => 'answered', codeOf));
  await server.kill();
  expect(new Set(await Promise.all(reads))).toEqual(new Set(['ERR_MEMCACHE_CONNECTION_LOST']));
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  expect(driver.isUp).toBe(false);
  await server.restart();
  expect(await readAll(driver)).toMatchObject({ misses: hammerKeys.length, hits: 0 });
  expect(driver.isUp).toBe(true);
});

it('settles every call of a frozen server by its deadline, and returns the right values after it thaws', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver({ host: server.host, port: server.port, timeoutMs: 200 });
  await fill(driver);
  await server.freeze();
  const frozen = await readAll(driver);
  expect(frozen.hits).toBe(0);
  expect(otherCodes(frozen.codes)).toEqual([]);
  await server.thaw();
  await expect.poll(() => readAll(driver), { timeout: 10_000 }).toMatchObject({ hits: hammerKeys.length, wrong: [] });
});

it('times out a lost reply though other traffic flows', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMemjsDriver({ host: proxy.host, port: proxy.port, timeoutMs: 300 });
  await using direct = createMemjsDriver({ host: server.host, port: server.port });
  await fill(direct);
  await direct.set('lost', 'x');
  const headerBytes = 24;
  const extrasBytes = 4;
  proxy.dropBytes({ direction: 'down', offset: 0, count: headerBytes + extrasBytes + 1 });
  let isSettled = false;
  const lost = driver
    .get('lost')
    .then(() => 'answered', codeOf)
    .finally(() => (isSettled = true));
  const tally = await hammer(driver, () => isSettled, 4);
  expect(await lost).toBe('ERR_MEMCACHE_TIMEOUT');
  expect(tally.hits).toBeGreaterThan(0);
  expect(tally.wrong).toEqual([]);
});

it('rejects with ERR_MEMCACHE_OVERLOADED at once above its bound', async () => {
  await using server = await startMemcached();
  await using driver = createMemjsDriver({ host: server.host, port: server.port, maxQueueOps: 10 });
  const calls = await Promise.all(Array.from({ length: 15 }, () => driver.get('k').then(() => 'answered', codeOf)));
  expect(calls.filter((call) => call === 'answered')).toHaveLength(10);
  expect(calls.filter((call) => call === 'ERR_MEMCACHE_OVERLOADED')).toHaveLength(5);
});
