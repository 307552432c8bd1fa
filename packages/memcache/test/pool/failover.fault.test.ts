import { createRing } from '@lockstep/hashring';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createMetaDriver, createPool, type MemcachePool, type PoolOptions } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { type PoolLab, startPoolLab, textOf } from './pool-lab.ts';

let lab: PoolLab;
let gutter: MemcachePool | undefined;

beforeEach(async () => {
  lab = await startPoolLab();
});

afterEach(async () => {
  await gutter?.close();
  gutter = undefined;
  await lab[Symbol.asyncDispose]();
});

const ways = ['sequence', 'eject', 'gutter'] as const;

/** The options of a way of failover; the gutter is a server of its own, so that rings of two remain. */
async function openFor(failover: (typeof ways)[number], options: Partial<PoolOptions> = {}): Promise<MemcachePool> {
  if (failover !== 'gutter') return lab.open({ failover, ...options });
  gutter = createPool({ ring: lab.ring.without(0), timeoutMs: 500 });
  return lab.open({ failover, gutter, ...options });
}

/** Stores and reads until the value that was stored is what is read: within the first seconds that is not certain. */
async function served(pool: MemcachePool, key: string, value: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await pool.set(key, value);
        return textOf(pool.get(key));
      },
      { interval: 50 },
    )
    .toBe(value);
}

describe.each(ways)('a pool with failover by %s', (failover) => {
  it('serves the keys of a killed node elsewhere, and from it again when it is back', async () => {
    const pool = await openFor(failover);
    const key = lab.keyOf(0);
    await pool.set(key, 'before');
    await lab.servers[0]!.kill();
    await lab.until('node-down', () => pool.get(key));
    await served(pool, key, 'during');
    expect(pool.nodes().map(({ up }) => up)).toEqual([false, true, true]);
    expect((await pool.read(key)).ttlSeconds).toBeLessThanOrEqual(10);
    expect(await Promise.all([textOf(pool.gat(key, 100)), pool.touch(key, 100), pool.gets(key)])).toEqual([
      'during',
      true,
      undefined,
    ]);
    expect((await pool.getMany([key, lab.keyOf(1), key])).map((item) => item?.value.toString())).toEqual([
      'during',
      undefined,
      'during',
    ]);
    expect(await pool.delete(key)).toBe(true);
    expect(await pool.get(key)).toBeUndefined();
    await lab.servers[0]!.restart();
    await lab.until('node-up');
    await pool.set(key, 'after');
    await using home = createMetaDriver(lab.servers[0]!);
    expect(await textOf(home.get(key))).toBe('after');
  });

  it('drops what a frozen node held before it serves again', async () => {
    const pool = await openFor(failover);
    const [changed, other] = [lab.keyOf(0, 'changed'), lab.keyOf(0, 'other')];
    await Promise.all([pool.set(changed, 'old'), pool.set(other, 'old')]);
    await lab.servers[0]!.freeze();
    await lab.until('node-down', () => pool.get(changed));
    await served(pool, changed, 'new');
    await lab.servers[0]!.thaw();
    await lab.until('node-up');
    expect(await Promise.all([pool.get(changed), pool.get(other)])).toEqual([undefined, undefined]);
    expect(lab.events.at(-1)).toMatchObject({ type: 'node-up', cleared: 'flushed', node: lab.ring.nodes[0] });
  });

  it('deletes only what changed, where it is told to keep the rest', async () => {
    const pool = await openFor(failover, { onReturn: 'keep' });
    const names = ['stored', 'deleted', 'marked', 'other'] as const;
    const [stored, deleted, marked, other] = names.map((name) => lab.keyOf(0, name)) as [
      string,
      string,
      string,
      string,
    ];
    await Promise.all([stored, deleted, marked, other].map((key) => pool.set(key, 'old')));
    await lab.servers[0]!.freeze();
    await lab.until('node-down', () => pool.get(stored));
    await Promise.all([pool.set(stored, 'new'), pool.delete(deleted), pool.markStale(marked)]);
    // What cannot be a key must not be remembered as one.
    expect(await pool.delete(lab.keyOf(0, 'bad key')).catch(codeOf)).toBe('ERR_MEMCACHE_BAD_KEY');
    await lab.servers[0]!.thaw();
    await lab.until('node-up');
    expect(await Promise.all([stored, deleted, marked, other].map((key) => textOf(pool.get(key))))).toEqual([
      undefined,
      undefined,
      undefined,
      'old',
    ]);
    expect(lab.events.at(-1)).toMatchObject({ type: 'node-up', cleared: 'deleted' });
  });

  it('does not build on a state that only the lost node knows', async () => {
    const pool = await openFor(failover);
    const key = lab.keyOf(0);
    await lab.servers[0]!.kill();
    await lab.until('node-down', () => pool.get(key));
    const calls = [
      pool.add(key, 'v'),
      pool.replace(key, 'v'),
      pool.cas(key, 'v', 1n),
      pool.append(key, 'v'),
      pool.prepend(key, 'v'),
      pool.incr(key, 1n),
      pool.decr(key, 1n),
    ];
    expect(await Promise.all(calls.map((call) => (call as Promise<unknown>).catch(codeOf)))).toEqual(
      calls.map(() => 'ERR_MEMCACHE_NODE_DOWN'),
    );
    expect(await pool.read(key, { leaseSeconds: 10 })).toMatchObject({ status: 'miss', mustRefresh: false, cas: 0n });
    expect(await Promise.all([pool.get('a b').catch(codeOf), pool.set('a b', '').catch(codeOf)])).toEqual([
      'ERR_MEMCACHE_BAD_KEY',
      'ERR_MEMCACHE_BAD_KEY',
    ]);
  });
});

it('does not serve what a former owner still holds of a key', async () => {
  const pool = lab.open({ failover: 'sequence' });
  const key = lab.keyOf(0);
  const standIn = [...lab.ring.sequence(key)][1]!;
  await using former = createMetaDriver(lab.servers[standIn]!);
  await Promise.all([former.set(key, 'years old'), pool.set(key, 'current')]);
  await lab.servers[0]!.kill();
  await lab.until('node-down', () => pool.get(key));
  expect(await textOf(former.get(key))).toBe('years old');
  expect(await Promise.all([pool.get(key), pool.getMany([key])])).toEqual([undefined, [undefined]]);
});

it('goes on along the sequence while more nodes die, and misses when none is left', async () => {
  const pool = lab.open({ failover: 'sequence' });
  const key = lab.keyOf(0);
  for (const index of [...lab.ring.sequence(key)].slice(0, 2)) {
    await lab.servers[index]!.kill();
    await lab.until('node-down', () => pool.get(key));
    await served(pool, key, `without ${index}`);
  }
  await Promise.all(lab.servers.map((server) => server.kill()));
  await lab.until('node-down', () => pool.get(key));
  expect(await pool.get(key)).toBeUndefined();
  await expect(pool.set(key, 'v')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
});

it.each(['none', 'miss'] as const)(
  'with failover %s, makes up for a delete before a frozen node serves again',
  async (failover) => {
    const pool = lab.open({ failover });
    const [deleted, other] = [lab.keyOf(0, 'deleted'), lab.keyOf(0, 'other')];
    await Promise.all([pool.set(deleted, 'old'), pool.set(other, 'old')]);
    await lab.servers[0]!.freeze();
    await lab.until('node-down', () => pool.get(other));
    const started = performance.now();
    expect(await pool.delete(deleted, { timeoutMs: 5000 }).catch(codeOf)).toBe('ERR_MEMCACHE_NODE_DOWN');
    expect(performance.now() - started).toBeLessThan(1000);
    expect(await pool.get(deleted).catch(codeOf)).toBe(failover === 'miss' ? undefined : 'ERR_MEMCACHE_NODE_DOWN');
    await lab.servers[0]!.thaw();
    await lab.until('node-up');
    expect(await Promise.all([textOf(pool.get(deleted)), textOf(pool.get(other))])).toEqual([undefined, 'old']);
    expect(lab.events.at(-1)).toMatchObject({ cleared: 'deleted' });
  },
);

it('drops all that a node held when more was deleted meanwhile than is remembered', async () => {
  const pool = lab.open({ failover: 'miss', maxRemembered: 2 });
  const other = lab.keyOf(0, 'other');
  await pool.set(other, 'old');
  await lab.servers[0]!.freeze();
  await lab.until('node-down', () => pool.get(other));
  for (const name of ['a', 'b', 'c']) await pool.delete(lab.keyOf(0, name)).catch(codeOf);
  await lab.servers[0]!.thaw();
  await lab.until('node-up');
  expect(lab.events.at(-1)).toMatchObject({ cleared: 'flushed' });
  expect(await pool.get(other)).toBeUndefined();
});

it('makes up for what deleteEverywhere could not confirm', async () => {
  const pool = lab.open();
  const key = lab.keyOf(1);
  await using stray = createMetaDriver(lab.servers[0]!);
  await stray.set(key, 'stray');
  await lab.servers[0]!.freeze();
  await lab.until('node-down', () => pool.get(lab.keyOf(0)));
  const outcomes = await pool.deleteEverywhere(key, { policy: 'quorum' });
  expect(outcomes.map(({ confirmed }) => confirmed)).toEqual([false, true, true]);
  await lab.servers[0]!.thaw();
  await lab.until('node-up');
  await expect.poll(() => stray.get(key).catch(codeOf)).toBeUndefined();
});

it.each(['sequence', 'eject'] as const)(
  'never reads an older value than the last one confirmed while nodes freeze and thaw, with failover by %s',
  async (failover) => {
    const pool = lab.open({ failover, failoverTtlSeconds: 2 });
    const traffic = { isDone: false };
    const stale: string[] = [];
    const tally = { hits: 0, misses: 0, failures: 0 };
    const work = async (worker: number): Promise<void> => {
      const key = `worker-${worker}`;
      let confirmed = 0;
      for (let version = 1; !traffic.isDone; version++) {
        await pool.set(key, String(version)).then(
          () => (confirmed = version),
          () => tally.failures++,
        );
        const found = await textOf(pool.get(key));
        if (found === undefined) tally.misses++;
        else if (Number(found) < confirmed) stale.push(`${key}: ${found} after ${confirmed}`);
        else tally.hits++;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const workers = Promise.all(Array.from({ length: 24 }, (_, worker) => work(worker)));
    for (const server of lab.servers) {
      await server.freeze();
      await lab.until('node-down');
      await served(pool, 'anything', 'v');
      await server.thaw();
      await lab.until('node-up');
    }
    traffic.isDone = true;
    await workers;
    expect(stale).toEqual([]);
    expect(tally.hits).toBeGreaterThan(1000);
    expect(tally.failures).toBeGreaterThan(0);
  },
);

it.each(['flush', 'keep'] as const)(
  'clears also the nodes that lost keys to others because one was ejected, with %s',
  async (onReturn) => {
    const ring = createRing(lab.ring.nodes, { algorithm: 'twemproxy-modula' });
    const pool = lab.open({ ring, failover: 'eject', onReturn });
    const without = ring.eject([0]);
    let number = 0;
    while (ring.pick(`moved-${number}`) !== 1 || without.pick(`moved-${number}`) !== 2) number++;
    const key = `moved-${number}`;
    let other = 0;
    while (ring.pick(`lost:${other}`) !== 0) other++;
    const lost = `lost:${other}`;
    await pool.set(key, 'old');
    await lab.servers[0]!.freeze();
    await lab.until('node-down', () => pool.get(lost));
    expect(lab.events.at(-1)).toMatchObject({ type: 'node-down', ejected: true });
    await served(pool, key, 'new');
    await using home = createMetaDriver(lab.servers[1]!);
    expect(await textOf(home.get(key))).toBe('old');
    await lab.servers[0]!.thaw();
    await lab.until('node-up');
    expect(await pool.get(key)).toBeUndefined();
  },
);
