import { expect, it } from 'vitest';

import { createBackend, type ProxyWrite } from '../../src/index.ts';
import { HookedWrites } from '../../src/backend/hooked-writes.ts';
import type { PoolWrite } from '../../src/backend/pool-write.ts';
import { startClassLab } from './class-lab.ts';
import { MemoryPool } from './memory-pool.ts';
import { systemClock } from '@lockstep/core';
import { compileRoutes } from '../../src/backend/routes.ts';
import { Tally } from '../../src/backend/tally.ts';

const unknown = { code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN' };
const value = Buffer.from('v');
const broken = (): never => {
  throw new Error('broken');
};

it('ends the turn of a key, and tells other regions to forget it, when the pool cannot say whether its node is away', async () => {
  const { backend, main, writes } = startClassLab();
  Object.assign(main, { isAway: broken });
  await expect(backend.set('k', value)).rejects.toMatchObject(unknown);
  expect(writes).toMatchObject([{ kind: 'delete' }]);
  Object.assign(main, { isAway: undefined });
  await expect(backend.set('k', value)).resolves.toBeUndefined();
  await backend.idle();
});

it.each(['toHook', 'late'] as const)('ends the turn of a key when %s of a write throws', async (part) => {
  const told: ProxyWrite[] = [];
  const limits = { hookTimeoutMs: 1000, queueTimeoutMs: 50, maxPendingWrites: 10, maxPendingBytes: 1000 };
  const onWrite = async (write: ProxyWrite): Promise<void> => void told.push(write);
  const writes = new HookedWrites({ onWrite, ...limits, spooler: undefined, clock: systemClock });
  const { main } = compileRoutes({ pool: new MemoryPool() }, new Map(), new Tally());
  const write: PoolWrite<void> = { send: (pool) => pool.set('k', value), toHook: () => undefined, [part]: broken };
  await expect(writes.run(main, 'k', write)).rejects.toMatchObject(unknown);
  expect(told).toMatchObject([{ kind: 'delete' }]);
  await expect(writes.run(main, 'k', { ...write, [part]: () => undefined })).resolves.toBeUndefined();
  await Promise.all([writes.idle(), main.idle()]);
});

it.each(['all', 'first-success'] as const)(
  'ends the turn of a key when what other pools are to get cannot be made (writes %s)',
  async (policy) => {
    const limits = { hookTimeoutMs: 1000, queueTimeoutMs: 50, maxPendingWrites: 10, maxPendingBytes: 1000 };
    const writes = new HookedWrites({ onWrite: undefined, ...limits, spooler: undefined, clock: systemClock });
    const pools = ['a', 'b'].map((name) => ({ name, pool: new MemoryPool() }));
    const classes = [{ prefix: '', pools, writes: policy }];
    const { main } = compileRoutes({ pool: new MemoryPool(), classes }, new Map(), new Tally());
    const write: PoolWrite<void> = { send: (pool) => pool.set('k', value), toHook: () => undefined };
    await writes.run(main, 'k', { ...write, follow: broken }).catch(() => {});
    await expect(writes.run(main, 'k', write)).resolves.toBeUndefined();
    await Promise.all([writes.idle(), main.idle()]);
  },
);

it('has no turn left when a meta command has a flag that nobody can read', async () => {
  const backend = createBackend({ pool: new MemoryPool(), onWrite: () => Promise.resolve() });
  const ms = { command: 'ms', key: 'k', value } as const;
  await expect(backend.meta({ ...ms, flags: ['Fx'] })).rejects.toMatchObject(unknown);
  await expect(backend.meta({ ...ms, flags: ['F1'] })).resolves.toMatchObject({ status: 'HD' });
});
