import { describe, expect, it } from 'vitest';

import { PoolSet } from '../src/pool/pool-set.ts';
import type { PoolsOfRegion, RegionPool } from '../src/topology/pool-topology.ts';
import { createFakePools } from './fixtures/fake-pool.ts';

const node = (port: number) => ({ name: `n${port}`, address: `h:${port}`, host: 'h', port, weight: 1 });
const pool = (ports: readonly number[], rest: Partial<RegionPool> = {}): RegionPool => ({
  hash: 'ketama',
  nodes: ports.map((port) => node(port)),
  ...rest,
});
const region = (main: RegionPool, others: Record<string, RegionPool> = {}): PoolsOfRegion => ({
  pool: main,
  pools: new Map(Object.entries(others)),
});
const use = async (): Promise<void> => undefined;

describe('PoolSet', () => {
  it('has the default pool as main and the others by name', () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1]), { spare: pool([2], { timeoutMs: 7 }) }), { create });
    expect([set.get('main'), set.get('spare')]).toEqual(made);
    expect(made[1]!.options).toMatchObject({ timeoutMs: 7 });
    expect(() => set.get('other')).toThrow('there is no pool "other"');
  });

  it('gives a pool its gutter, whatever the order of the file', () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1], { failover: 'gutter', gutter: 'spare' }), { spare: pool([2]) }), {
      create,
    });
    expect(made.find((one) => one === set.get('main'))!.options.gutter).toBe(set.get('spare'));
    expect(set.entries().map(({ name }) => name)).toEqual(['main', 'spare']);
  });

  it('keeps a pool of which only the nodes change', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1, 2])), { create });
    await set.reload(region(pool([1, 3])), use);
    expect(made).toHaveLength(1);
    expect(made[0]!.log).toEqual(['reload 1,3']);
  });

  it('leaves a pool alone of which nothing changes', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1, 2], { timeoutMs: 5, failover: 'miss' })), { create });
    await set.reload(region(pool([1, 2], { failover: 'miss', timeoutMs: 5 })), use);
    expect(made[0]!.log).toEqual([]);
  });

  it('makes a pool anew whose options change, and closes the old one when nobody uses it', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1])), { create });
    await set.reload(region(pool([1], { timeoutMs: 9 })), async (get) => {
      expect(get('main')).toBe(made[1]);
      expect(made[0]!.log).toEqual([]);
    });
    expect(set.get('main')).toBe(made[1]);
    expect(made[0]!.log).toEqual(['close']);
  });

  it('makes a pool anew when its gutter is another one', async () => {
    const { made, create } = createFakePools();
    const main = pool([1], { failover: 'gutter', gutter: 'spare' });
    const set = new PoolSet(region(main, { spare: pool([2]) }), { create });
    await set.reload(region(main, { spare: pool([2], { timeoutMs: 9 }) }), use);
    expect(made).toHaveLength(4);
    expect(made.slice(0, 2).map(({ log }) => log)).toEqual([['close'], ['close']]);
  });

  it('keeps binary keys when the next version has none, since clients have such keys there', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1], { keys: 'binary' })), { create });
    await set.reload(region(pool([2]), { spare: pool([3]) }), use);
    expect(made.map(({ options }) => options.keys)).toEqual(['binary', 'binary']);
    expect(made[0]!.log).toEqual(['reload 2']);
  });

  it('makes a pool anew that is to take binary keys', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1])), { create });
    await set.reload(region(pool([1], { keys: 'binary' })), use);
    expect(made.map(({ options, log }) => [options.keys, log])).toEqual([
      [undefined, ['close']],
      ['binary', []],
    ]);
  });

  it('closes a pool that is gone', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1]), { old: pool([2]) }), { create });
    await set.reload(region(pool([1])), use);
    expect(made[1]!.log).toEqual(['close']);
    expect(() => set.get('old')).toThrow('there is no pool "old"');
  });

  it('changes nothing, and closes what it made, when the new pools are refused', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1])), { create });
    const refused = set.reload(region(pool([3]), { extra: pool([2]) }), async () => {
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');
    expect(made.map(({ log }) => log)).toEqual([[], ['close']]);
    expect(() => set.get('extra')).toThrow('there is no pool "extra"');
  });

  it('changes nothing when a ring cannot be made', async () => {
    const { made, create } = createFakePools();
    const set = new PoolSet(region(pool([1])), { create });
    const bad = region(pool([1], { timeoutMs: 3 }), { bad: pool([]) });
    await expect(set.reload(bad, use)).rejects.toThrow(RangeError);
    expect(made.map(({ log }) => log)).toEqual([[], ['close']]);
  });
});
