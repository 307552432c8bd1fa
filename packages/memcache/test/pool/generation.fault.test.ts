import { createRing } from '@lockstep/hashring';
import { startFaultProxy, startMemcached } from '@lockstep/testing';
import { describe, expect, it, vi } from 'vitest';

import { createMetaDriver, createPool } from '../../src/index.ts';

describe('the generation of a driver', () => {
  it('stays while its connection does, and grows when that is lost', async () => {
    await using server = await startMemcached();
    await using proxy = await startFaultProxy({ to: server });
    await using driver = createMetaDriver(proxy);
    expect(driver.generation).toBe(0);
    await driver.set('k', 'v');
    await driver.get('k');
    expect(driver.generation).toBe(0);
    proxy.cut();
    await vi.waitFor(() => expect(driver.generation).toBe(1));
  });

  it('has grown before anything reaches a server that was started anew', async () => {
    await using server = await startMemcached();
    await using driver = createMetaDriver(server);
    await driver.add('k', 'v');
    const { cas } = await driver.read('k');
    await server.restart();
    await vi.waitFor(() => driver.add('k', 'other'));
    // The number is the same, and stands for something else.
    expect((await driver.read('k')).cas).toBe(cas);
    expect(driver.generation).toBeGreaterThan(0);
  });

  it('grows with the connection for large values', async () => {
    await using server = await startMemcached();
    await using driver = createMetaDriver(server, { laneBytes: 1000 });
    await driver.set('k', 'v');
    await driver.set('large', Buffer.alloc(2000));
    expect(driver.generation).toBe(1);
  });
});

it('the generation of a pool grows with its drivers and with each reload, and never goes back', async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  const both = createRing([one, two].map(({ host, port }) => ({ host, port })));
  await using pool = createPool({ ring: both });
  await pool.deleteEverywhere('k');
  expect(pool.generation).toBe(0);
  await one.restart();
  await vi.waitFor(() => expect(pool.generation).toBeGreaterThan(0));
  const before = pool.generation;
  await pool.reload(both.without(0));
  const without = pool.generation;
  expect(without).toBeGreaterThan(before);
  await pool.reload(both);
  expect(pool.generation).toBeGreaterThan(without);
});
