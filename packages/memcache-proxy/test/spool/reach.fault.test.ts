import { createPool, type MemcachePool, type PoolOptions } from '@lockstep/memcache';
import { expect, it } from 'vitest';

import { createBackend } from '../../src/index.ts';
import { deletesOf, setUpTwoNodes } from './two-nodes.ts';

const nodes = setUpTwoNodes();
const openPool = (options: Partial<PoolOptions> = {}): MemcachePool => nodes.openPool({ onReturn: 'keep', ...options });

/** What one node holds itself. */
async function heldBy(index: number, key: string): Promise<string | undefined> {
  await using direct = createPool({ ring: nodes.ring.without(1 - index) });
  return (await direct.get(key))?.value.toString();
}

it.each(['all', 'firstSuccess'] as const)(
  'brings a deleteEverywhere to a node that was frozen and does not own the key (policy %s)',
  async (policy) => {
    const key = nodes.keyOf(0, 'left-over');
    await using other = createPool({ ring: nodes.ring.without(0) });
    await other.set(key, 'old');
    const failing = openPool();
    const spool = nodes.lab.open();
    const backend = createBackend({ pool: failing, spool });
    await nodes.servers[1]!.freeze();
    await backend.deleteEverywhere(key, { policy }).catch(() => {});
    await backend.idle();
    expect(spool.stats().added).toBe(1);
    await failing.close();
    const replayer = nodes.lab.open({ target: deletesOf(openPool()) });
    expect(await replayer.replay()).toEqual({ deletes: 0, entries: 0, left: 1 });
    await nodes.servers[1]!.thaw();
    await expect.poll(() => replayer.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
    expect(await heldBy(1, key)).toBeUndefined();
  },
);

it('removes the old value of an owner that was down while a stand-in took a newer one, which it leaves', async () => {
  const key = nodes.keyOf(0, 'newer');
  const failing = openPool({ failover: 'sequence' });
  const spool = nodes.lab.open();
  const backend = createBackend({ pool: failing, spool });
  await backend.set(key, Buffer.from('old'));
  await nodes.servers[0]!.freeze();
  await expect
    .poll(() =>
      failing.get(key).then(
        () => failing.isAway(key),
        () => false,
      ),
    )
    .toBe(true);
  await backend.set(key, Buffer.from('new'));
  expect(spool.stats().added).toBe(1);
  await failing.close();
  const replayer = nodes.lab.open({ target: deletesOf(openPool({ failover: 'sequence' })) });
  expect(await replayer.replay()).toMatchObject({ left: 1 });
  expect(await heldBy(1, key)).toBe('new');
  await nodes.servers[0]!.thaw();
  await expect.poll(() => replayer.replay()).toMatchObject({ entries: 1, left: 0 });
  expect(await heldBy(0, key)).toBeUndefined();
});

it('replays keys of any bytes on pools that take them', async () => {
  const key = Buffer.from([0x20, 0x00, 0x0a, 0xff]);
  const pool = openPool({ keys: 'binary' });
  await pool.set(key, 'old');
  const spool = nodes.lab.open({ target: deletesOf(pool) });
  await spool.add({ pool: 'main', key, failedAt: Date.now() });
  expect(await spool.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(await pool.get(key)).toBeUndefined();
});

it.each([undefined, 'everywhere'] as const)(
  'drops and tells of a key that the pool never takes, and carries the others out (reach %s)',
  async (reach) => {
    const pool = openPool();
    const keys = [nodes.keyOf(0, 'good'), nodes.keyOf(1, 'good')];
    for (const key of keys) await pool.set(key, 'old');
    const spool = nodes.lab.open({ target: deletesOf(pool) });
    for (const key of [...keys, 'with a space', 'with another']) {
      await spool.add({ pool: 'main', key: Buffer.from(key), failedAt: Date.now(), reach });
    }
    expect(await spool.replay()).toEqual({ deletes: 2, entries: 4, left: 0 });
    for (const key of keys) expect(await pool.get(key)).toBeUndefined();
    const dropped = nodes.lab.events.filter(({ type }) => type === 'dropped');
    expect(dropped.length).toBeGreaterThanOrEqual(2);
  },
);
