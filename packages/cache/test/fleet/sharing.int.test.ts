import { setTimeout as wait } from 'node:timers/promises';

import { describe, expect, it, vi } from 'vitest';

import { createCache, redisTier, type View, type ViewOptions } from '../../src/index.ts';
import { createRedisLog } from '@lockstep/invalidation';
import { type Fleet, openFleet } from './open-fleet.ts';

/** The same view in every member. */
function defineAll<Value>(fleet: Fleet, options: ViewOptions<string, Value>): View<string, Value>[] {
  return fleet.members.map(({ cache }) => cache.define('row', options));
}

const patient = { sharedTimeoutMs: 5000 };

describe('caches over one shared tier', () => {
  it('load once for 1,000 reads in four processes', async () => {
    await using fleet = await openFleet({ size: 4, cache: patient });
    let loads = 0;
    const views = defineAll(fleet, {
      ttlMs: 60_000,
      load: async (id) => {
        loads++;
        await wait(100);
        return { id };
      },
    });
    const values = await Promise.all(Array.from({ length: 1000 }, (_, at) => views[at % 4]!.get('1')));
    expect(values).toEqual(values.map(() => ({ id: '1' })));
    expect(loads).toBe(1);
  });

  it('take what others have loaded, with what is left of its time to live', async () => {
    await using fleet = await openFleet({ size: 2, cache: patient });
    const [one, two] = defineAll(fleet, { ttlMs: 1000, load: async () => ({ at: performance.now() }) });
    const value = await one!.get('1');
    await vi.waitFor(() => expect(one!.peek('1')).toEqual(value));
    await wait(500);
    expect(await two!.getEntry('1')).toEqual({ value, isStale: false, source: 'shared' });
    expect(two!.peek('1')).toEqual(value);
    await wait(550);
    expect(two!.peek('1')).toBeUndefined();
  });

  it('share 0, false, null and the empty string', async () => {
    await using fleet = await openFleet({ size: 2, cache: patient });
    const values = [0, false, null, ''];
    const [one, two] = defineAll<unknown>(fleet, { ttlMs: 60_000, load: (id) => values[Number(id)] });
    const ids = ['0', '1', '2', '3'];
    expect(await one!.getMany(ids)).toEqual(values);
    await vi.waitFor(() => expect(ids.map((id) => one!.peek(id))).toEqual(values));
    expect(await two!.getMany(ids)).toEqual(values);
    expect(fleet.members[1]!.cache.stats()).toMatchObject({ loads: 0, sharedHits: 4 });
  });

  it('lose by a tag that loadMany gave to one id that id, whichever loader brought it, and no other', async () => {
    await using fleet = await openFleet({ size: 2, cache: patient });
    let version = 1;
    const [one, two] = defineAll(fleet, {
      ttlMs: 60_000,
      load: (id, context) => {
        if (id !== 'c') context.setTags([`org:${id}`]);
        return `${id} ${version}`;
      },
      loadMany: (ids, { of }) => {
        for (const id of ids) if (id !== 'c') of(id).setTags([`org:${id}`]);
        return ids.map((id) => `${id} ${version}`);
      },
    });
    const ids = ['a', 'b', 'c'];
    await one!.getMany(ids);
    await expect.poll(() => one!.size).toBe(3);
    expect(await two!.getMany(ids)).toEqual(['a 1', 'b 1', 'c 1']);
    expect(fleet.members[1]!.cache.stats()).toMatchObject({ loads: 0, sharedHits: 3 });
    version = 2;
    await fleet.members[0]!.cache.invalidateTags('org:b', { everywhere: true });
    expect(ids.map((id) => two!.peek(id))).toEqual(['a 1', undefined, 'c 1']);
    expect(await two!.getEntry('b')).toMatchObject({ value: 'b 2', source: 'loader' });
    expect(await one!.getMany(ids)).toEqual(['a 1', 'b 2', 'c 1']);
  });

  it('do not serve what was invalidated by a tag, in any of them', async () => {
    await using fleet = await openFleet({ size: 3, cache: patient });
    let version = 1;
    const views = defineAll(fleet, { ttlMs: 60_000, tags: () => ['t'], load: async (id) => `${id} ${version}` });
    await Promise.all(views.slice(0, 2).map((view) => view.get('1')));
    version = 2;
    await fleet.members[0]!.cache.invalidateTags('t', { everywhere: true });
    // The third has it from the shared tier only.
    expect(await Promise.all(views.map((view) => view.get('1')))).toEqual(['1 2', '1 2', '1 2']);
  });

  it('do not serve what was cleared with its view, and keep what was filled since in a process that starts later', async () => {
    await using fleet = await openFleet({ size: 2, cache: patient });
    let version = 1;
    const options = { ttlMs: 60_000, load: async (id: string) => `${id} ${version}` };
    const views = defineAll(fleet, options);
    await Promise.all(views.map((view) => view.get('1')));
    version = 2;
    await views[0]!.clear({ everywhere: true });
    expect(await Promise.all(views.map((view) => view.get('1')))).toEqual(['1 2', '1 2']);
    for (let id = 0; id < 300; id++) await views[0]!.invalidate(`other ${id}`);
    version = 3;
    const log = createRedisLog({ client: fleet.members[0]!.client, namespace: 'fleet' });
    await using late = createCache({ log, shared: redisTier(), ...patient });
    await late.ready;
    expect(await late.define('row', options).getEntry('1')).toEqual({ value: '1 2', isStale: false, source: 'shared' });
    await fleet.members[0]!.cache.clear({ everywhere: true });
    expect(await Promise.all(views.map((view) => view.get('1')))).toEqual(['1 3', '1 3']);
    await log.close();
  });

  it('keep nothing of what is written while a write is fenced, also when its process dies', async () => {
    await using fleet = await openFleet({ size: 2, cache: patient });
    let value = 'old';
    const [one, two] = defineAll(fleet, {
      ttlMs: 60_000,
      load: async () => {
        const read = value;
        await wait(20);
        return read;
      },
    });
    await Promise.all([one!.get('1'), two!.get('1')]);
    // As if it died in the middle: it never comes back from the write.
    void one!.mutate('1', () => new Promise<void>(() => undefined), { fenceMs: 1000 }).catch(() => undefined);
    await vi.waitFor(() => expect(two!.peek('1')).toBeUndefined());
    await wait(100);
    expect(await two!.get('1')).toBe('old');
    value = 'new';
    expect(await two!.get('1')).toBe('new');
    await wait(1200);
    expect(await two!.getEntry('1')).toMatchObject({ value: 'new', source: 'loader' });
    await vi.waitFor(() => expect(two!.peek('1')).toBe('new'));
  });

  it('load anew before the end of the time to live once for all', async () => {
    await using fleet = await openFleet({ size: 4, cache: patient });
    let loads = 0;
    const views = defineAll(fleet, { ttlMs: 4000, refreshAhead: 0.5, load: async () => ++loads });
    await Promise.all(views.map((view) => view.get('1')));
    await vi.waitFor(() => expect(views.map((view) => view.peek('1'))).toEqual([1, 1, 1, 1]));
    await wait(2200);
    expect(await Promise.all(views.map((view) => view.get('1')))).toEqual([1, 1, 1, 1]);
    await vi.waitFor(() => expect(views.map((view) => view.peek('1'))).toEqual([2, 2, 2, 2]));
    expect(loads).toBe(2);
  });

  it('wait for a process that died while it loaded for no longer than loadLeaseMs', async () => {
    await using fleet = await openFleet({ size: 2, cache: { ...patient, loadLeaseMs: 500 } });
    const [one, two] = fleet.members.map(({ cache }, place) =>
      cache.define('row', {
        ttlMs: 60_000,
        load: async () => (place === 0 ? new Promise<string>(() => undefined) : 'loaded'),
      }),
    );
    const stuck = one!.get('1').catch(() => 'stuck');
    await wait(100);
    const startedAt = performance.now();
    expect(await two!.get('1')).toBe('loaded');
    expect(performance.now() - startedAt).toBeLessThan(5000);
    await fleet.members[0]!.cache.close();
    expect(await stuck).toBe('stuck');
  });

  it('serve the stale value of the shared tier when the origin fails', async () => {
    await using fleet = await openFleet({ size: 2, cache: patient });
    let isDown = false;
    const [one, two] = defineAll(fleet, {
      ttlMs: 300,
      graceMs: 60_000,
      load: async () => {
        if (isDown) throw new Error('down');
        return 'v';
      },
    });
    await one!.get('1');
    await vi.waitFor(() => expect(one!.peek('1')).toBe('v'));
    isDown = true;
    await wait(350);
    expect(await two!.getEntry('1')).toEqual({ value: 'v', isStale: true, source: 'shared' });
    await two!.invalidate('1');
    await expect(two!.get('1')).rejects.toThrow('down');
  });
});
