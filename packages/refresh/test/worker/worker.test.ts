import { describe, expect, it } from 'vitest';

import { type RefreshDefinition, unchanged } from '../../src/index.ts';
import { openLab } from '../lab.ts';

const manual = (key: string) => ({ key, reason: 'manual', requestedAt: 0 }) as const;

describe('a worker', () => {
  it('refreshes once what many readers ask for, and nobody waits', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    const worker = lab.worker();
    worker.start();
    const read = () => gateway.of(lab.coupons).read('7');
    await lab.clock.during(0, read());
    await lab.clock.advance(8500);
    lab.source.takesMs = 200;
    const answers = await Promise.all(Array.from({ length: 100 }, read));
    expect(new Set(answers.map(({ state, data }) => `${state} ${data.get('a')!.version}`))).toEqual(
      new Set(['fresh 1']),
    );
    await lab.clock.advance(200);
    expect((await read()).data.get('a')).toEqual({ id: 'a', version: 2 });
    expect(lab.source.calls).toHaveLength(2);
    expect(worker.stats()).toMatchObject({ refreshed: 1, loads: 1, failed: 0 });
    expect(lab.errors).toEqual([]);
  });

  it('skips what is fresh, but not what is asked for by hand', async () => {
    await using lab = openLab();
    const worker = lab.worker();
    await lab.gateway().read('coupons:7');
    worker.start();
    await lab.queue.enqueue({ key: 'coupons:7', reason: 'ageing', requestedAt: 0 });
    await lab.clock.advance(10);
    expect(worker.stats()).toMatchObject({ fresh: 1, loads: 0 });
    await lab.queue.enqueue(manual('coupons:7'));
    await lab.clock.advance(10);
    expect(worker.stats()).toMatchObject({ refreshed: 1, loads: 1 });
  });

  it('loads once for a tick that several processes schedule, also when the second comes late', async () => {
    await using lab = openLab();
    const worker = lab.worker();
    worker.start();
    const task = { key: 'coupons:7', reason: 'scheduled', requestedAt: lab.clock.now() } as const;
    await lab.queue.enqueue(task);
    await lab.clock.advance(400);
    await lab.queue.enqueue(task);
    await lab.clock.advance(400);
    expect(worker.stats()).toMatchObject({ refreshed: 1, fresh: 1, loads: 1 });
    await lab.clock.advance(600);
    await lab.queue.enqueue({ ...task, requestedAt: lab.clock.now() });
    await lab.clock.advance(10);
    expect(worker.stats().loads).toBe(2);
  });

  it('prolongs what has not changed, and hands the validator on', async () => {
    const seen: unknown[] = [];
    const load = async ({ validator }: { validator: string | undefined }) => {
      seen.push(validator);
      return validator === undefined ? { data: [], validator: 'v1' } : unchanged;
    };
    await using lab = openLab({ definition: { load } });
    const worker = lab.worker();
    await lab.gateway().read('coupons:7');
    worker.start();
    await lab.clock.advance(9000);
    await lab.queue.enqueue({ key: 'coupons:7', reason: 'ageing', requestedAt: 0 });
    await lab.clock.advance(10);
    expect(seen).toEqual([undefined, 'v1']);
    expect(worker.stats().unchanged).toBe(1);
    expect((await lab.gateway().read('coupons:7')).freshForMs).toBe(9990);
  });

  it('loads again at once what was invalidated while it was loaded', async () => {
    await using lab = openLab();
    const worker = lab.worker();
    worker.start();
    lab.source.takesMs = 100;
    await lab.queue.enqueue(manual('coupons:7'));
    await lab.clock.advance(50);
    await worker.invalidate('coupons:7');
    await lab.clock.advance(500);
    expect(worker.stats()).toMatchObject({ superseded: 1, refreshed: 1, loads: 2 });
    expect((await lab.gateway().of(lab.coupons).element('7', 'a')).data).toEqual({ id: 'a', version: 2 });
    expect(lab.source.mostAtOnce).toBe(1);
  });

  it('leaves a source alone that is switched off', async () => {
    await using lab = openLab();
    const worker = lab.worker();
    worker.start();
    await lab.switches.set('coupons', false);
    await lab.queue.enqueue(manual('coupons:7'));
    await lab.clock.advance(10);
    expect(worker.stats()).toMatchObject({ disabled: 1, loads: 0 });
  });

  it('loads no more entries of a source at once than it may', async () => {
    await using lab = openLab({ definition: { concurrency: 2 } });
    const worker = lab.worker();
    worker.start();
    lab.source.takesMs = 100;
    for (let id = 0; id < 6; id++) await lab.queue.enqueue(manual(`coupons:${id}`));
    await lab.clock.advance(50);
    expect(lab.source.underWay).toBe(2);
    await lab.clock.advance(300);
    expect(worker.stats().refreshed).toBe(6);
    expect(lab.source.mostAtOnce).toBe(2);
  });

  it('does not begin before it is started, nor after it is closed', async () => {
    await using lab = openLab();
    const worker = lab.worker();
    await lab.queue.enqueue(manual('coupons:7'));
    await lab.clock.advance(100);
    expect(lab.source.calls).toEqual([]);
    worker.start();
    await lab.clock.advance(100);
    expect(lab.source.calls).toEqual(['coupons:7']);
    await worker.close();
    expect(() => worker.start()).toThrow('the worker was closed');
    await lab.queue.enqueue(manual('coupons:7'));
    await lab.clock.advance(100);
    expect(lab.source.calls).toEqual(['coupons:7']);
  });

  it('refuses definitions that it cannot work on', async () => {
    await using lab = openLab();
    const bare = { ...lab.coupons, load: undefined } as RefreshDefinition;
    expect(() => lab.worker({ definitions: [bare] })).toThrow('coupons has no load');
    expect(() => lab.worker({ definitions: [] })).toThrow('definitions must not be empty');
    const store = { ...lab.store, shapes: new Set(['value'] as const) };
    expect(() => lab.worker({ store })).toThrow('coupons is a hash, which the store cannot hold');
  });
});
