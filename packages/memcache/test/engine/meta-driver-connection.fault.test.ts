import { startFaultProxy, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createMetaDriver } from '../../src/index.ts';
import { codeOf, fill, hammer, hammerKeys, readAll } from '../hammer.ts';
import { startScriptedServer } from '../scripted-server.ts';

const fast = { timeoutMs: 300, connectTimeoutMs: 300 };
const connectionCodes = ['ERR_MEMCACHE_CONNECTION_LOST', 'ERR_MEMCACHE_NODE_DOWN', 'ERR_MEMCACHE_TIMEOUT'];

const onlyConnectionCodes = (codes: ReadonlyMap<string, number>): string[] =>
  [...codes.keys()].filter((code) => !connectionCodes.includes(code));

it.each(['cut', 'reset'] as const)('survives a %s in the middle of traffic without a wrong value', async (fault) => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await using driver = createMetaDriver(proxy, { ...fast, retry: 'never' });
  await fill(driver);
  let faults = 0;
  const tally = await hammer(driver, ({ hits }) => {
    if (hits > (faults + 1) * 500) {
      faults++;
      proxy[fault]();
    }
    return faults >= 5 && hits > 4000;
  });
  expect(tally.wrong).toEqual([]);
  expect(tally.misses).toBe(0);
  expect(onlyConnectionCodes(tally.codes)).toEqual([]);
  expect(tally.codes.get('ERR_MEMCACHE_CONNECTION_LOST')).toBeGreaterThan(0);
  expect(driver.isUp).toBe(true);
});

it('rejects everything in flight once when the server is killed, fails fast while it is down, and finds it again', async () => {
  await using server = await startMemcached();
  await using driver = createMetaDriver(server, fast);
  await fill(driver);
  await server.freeze();
  const inFlight = Array.from({ length: 2000 }, (_, index) =>
    driver.get(hammerKeys[index % hammerKeys.length]!, { timeoutMs: 20_000 }).then(
      () => 'answered',
      (error: unknown) => codeOf(error),
    ),
  );
  await server.kill();
  expect(new Set(await Promise.all(inFlight))).toEqual(new Set(['ERR_MEMCACHE_CONNECTION_LOST']));
  await expect.poll(() => driver.isUp).toBe(false);
  await expect(driver.get('k', { timeoutMs: 20_000 })).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  await server.restart();
  await expect.poll(() => driver.isUp, { timeout: 10_000 }).toBe(true);
  const tally = await readAll(driver);
  expect({ misses: tally.misses, hits: tally.hits }).toEqual({ misses: hammerKeys.length, hits: 0 });
});

it('gives up a frozen server, fails fast, and returns the right values after it thaws', async () => {
  await using server = await startMemcached();
  await using driver = createMetaDriver(server, fast);
  await fill(driver);
  await server.freeze();
  const first = await readAll(driver);
  expect([...first.codes]).toEqual([['ERR_MEMCACHE_TIMEOUT', hammerKeys.length]]);
  await expect.poll(() => driver.isUp, { timeout: 10_000 }).toBe(false);
  const second = await readAll(driver);
  expect([...second.codes]).toEqual([['ERR_MEMCACHE_NODE_DOWN', hammerKeys.length]]);
  await server.thaw();
  await expect.poll(() => driver.isUp, { timeout: 10_000 }).toBe(true);
  const third = await readAll(driver);
  expect(third).toMatchObject({ hits: hammerKeys.length, misses: 0, wrong: [] });
});

it('resets a connection that it gives up, so that the kernel does not deliver its writes later', async () => {
  const ends: string[] = [];
  await using server = await startScriptedServer(
    () => {},
    (socket) => {
      socket.on('error', (error) => ends.push(codeOf(error)));
      socket.on('end', () => ends.push('end'));
    },
  );
  await using driver = createMetaDriver(server, { ...fast, hardTimeoutMs: 100 });
  await expect(driver.set('k', 'v')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  await expect.poll(() => ends[0]).toBe('ECONNRESET');
});

it('rejects a first call within its deadline when nothing listens, nothing answers, or nobody lets go', async () => {
  await using server = await startMemcached();
  await using proxy = await startFaultProxy({ to: server });
  await proxy.refuse();
  await using refused = createMetaDriver(proxy, fast);
  await expect(refused.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  await proxy.accept();
  proxy.halfOpen();
  await using silent = createMetaDriver(proxy, fast);
  await expect(silent.get('k', { timeoutMs: 100 })).rejects.toHaveProperty('code', 'ERR_MEMCACHE_TIMEOUT');
  await expect(silent.get('k', { timeoutMs: 20_000 })).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  await proxy.heal();
  await expect.poll(() => silent.isUp && refused.isUp, { timeout: 10_000 }).toBe(true);
  expect(await Promise.all([silent.get('k'), refused.get('k')])).toEqual([undefined, undefined]);
});

it('finds a restarted server without an error when nobody called in between', async () => {
  await using server = await startMemcached();
  await using driver = createMetaDriver(server, fast);
  await driver.set('k', 'v');
  await server.restart();
  await expect.poll(() => driver.get('k').catch(codeOf), { timeout: 10_000 }).toBeUndefined();
});
