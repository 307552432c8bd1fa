import { createPool } from '@lockstep/memcache';
import { expect, it } from 'vitest';

import { createBackend, createPoolDeletes } from '../../src/index.ts';
import { listed } from './spool-lab.ts';
import { deletesOf, setUpTwoNodes } from './two-nodes.ts';

const nodes = setUpTwoNodes();

it.each(['none', 'sequence'] as const)(
  'deletes, after a node was frozen, what it still has, also when the process that failed is gone (failover %s)',
  async (failover) => {
    const [key, other] = [nodes.keyOf(0, 'stale'), nodes.keyOf(1, 'other')];
    const failing = nodes.openPool({ failover, onReturn: 'keep' });
    const writer = createBackend({ pool: failing, spool: nodes.lab.open() });
    await writer.set(key, Buffer.from('old'));
    await writer.set(other, Buffer.from('old'));
    await nodes.servers[0]!.freeze();
    await expect(writer.delete(key)).resolves.toBe(true);
    // Another process, which knows nothing of the failure but what is in the spool.
    await failing.close();
    const replayed = nodes.openPool({ failover, onReturn: 'keep' });
    const replayer = nodes.lab.open({ target: deletesOf(replayed) });
    replayer.start();
    await expect.poll(() => replayer.stats().waitingNodes).toBe(1);
    expect(await listed(replayer)).toEqual([`redis main ${key}`]);
    expect((await replayed.get(other))?.value.toString()).toBe('old');
    await nodes.servers[0]!.thaw();
    await expect.poll(() => replayer.stats().replayed).toBe(1);
    await using direct = createPool({ ring: nodes.ring });
    await expect.poll(() => direct.get(key)).toBeUndefined();
    expect(await listed(replayer)).toEqual([]);
  },
);

it('deletes on the node that owns the key now', async () => {
  const key = nodes.keyOf(0, 'moved');
  await using direct = createPool({ ring: nodes.ring.without(0) });
  await direct.set(key, 'old');
  const pool = nodes.openPool();
  await pool.set(key, 'old');
  const spool = nodes.lab.open({ target: deletesOf(pool) });
  await spool.add({ pool: 'main', key: Buffer.from(key), failedAt: Date.now() });
  await nodes.servers[0]!.kill();
  expect(await spool.replay()).toMatchObject({ left: 1 });
  await pool.reload(nodes.ring.without(0));
  expect(await spool.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(await direct.get(key)).toBeUndefined();
});

it('has the pool drop, before the node serves again, what was tried while it was down', async () => {
  const key = nodes.keyOf(0, 'tried');
  const pool = nodes.openPool();
  await pool.set(key, 'old');
  await nodes.servers[0]!.freeze();
  await expect.poll(() => pool.get(key).catch(() => pool.nodes()[0]!.up)).toBe(false);
  const target = deletesOf(pool);
  const { signal } = new AbortController();
  expect(await target.apply('main', [Buffer.from(key)], { signal })).toMatchObject([{ confirmed: false }]);
  await nodes.servers[0]!.thaw();
  await expect.poll(() => pool.get(key).catch(() => 'down')).toBeUndefined();
});

it('deletes on the node that stands in for the owner too, and owes the owner as before', async () => {
  const key = nodes.keyOf(0, 'away');
  const pool = nodes.openPool({ failover: 'sequence' });
  await pool.set(key, 'old');
  await nodes.servers[0]!.freeze();
  const served = async (): Promise<string | undefined> => {
    await pool.set(key, 'on the other').catch(() => {});
    return (await pool.get(key).catch(() => undefined))?.value.toString();
  };
  await expect.poll(served).toBe('on the other');
  const spool = nodes.lab.open({ target: deletesOf(pool) });
  await spool.add({ pool: 'main', key: Buffer.from(key), failedAt: Date.now() });
  expect(await spool.replay()).toEqual({ deletes: 0, entries: 0, left: 1 });
  expect(await pool.get(key)).toBeUndefined();
});

it('replays nothing of a pool that is no more, and says which', () => {
  const target = createPoolDeletes(() => undefined);
  expect(() => target.nodeOf!('old', Buffer.from('k'))).toThrow('there is no pool "old" any more');
});
