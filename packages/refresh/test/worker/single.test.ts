import { describe, expect, it } from 'vitest';

import { openLab } from '../lab.ts';

describe('a source marked single', () => {
  it('is refreshed by its leader, whoever gets the task', async () => {
    await using lab = openLab({ definition: { single: true } });
    const workers = [lab.worker(), lab.worker(), lab.worker()];
    for (const worker of workers) worker.start();
    await lab.clock.advance(100);
    expect(workers.filter((worker) => worker.leads('coupons'))).toHaveLength(1);
    for (let id = 0; id < 20; id++) {
      await lab.queue.enqueue({ key: `coupons:${id}`, reason: 'manual', requestedAt: 0 });
    }
    await lab.clock.advance(3000);
    expect(workers.map((worker) => worker.stats().loads).toSorted((a, b) => a - b)).toEqual([0, 0, 20]);
  });

  it('is written by no leader of the past, also where nobody has a newer lease on the key', async () => {
    await using lab = openLab({ definition: { single: true, loadTimeoutMs: 60_000 } });
    const worker = lab.worker();
    worker.start();
    await lab.clock.advance(100);
    lab.source.takesMs = 500;
    await lab.queue.enqueue({ key: 'coupons:1', reason: 'stale', requestedAt: 0 });
    await lab.clock.advance(100);
    // Somebody was elected whom this process has not heard of: only the store knows.
    await lab.store.admit('coupons', Number.MAX_SAFE_INTEGER);
    await lab.clock.advance(450);
    expect(lab.source.calls).toEqual(['coupons:1']);
    expect(await lab.store.read('coupons:1', 'hash', { kind: 'whole' })).toBeUndefined();
    // It asks the source no more, and leaves the task to whoever leads.
    await lab.clock.advance(2000);
    expect(lab.source.calls).toEqual(['coupons:1']);
    expect(worker.stats()).toMatchObject({ refreshed: 0, failed: 0 });
    expect(worker.stats().passedOn).toBeGreaterThan(0);
  });

  it('is not asked by a process that leads no more, though nobody else is elected yet', async () => {
    await using lab = openLab({ definition: { single: true } });
    const locks = lab.locks();
    let isLeader = true;
    const worker = lab.worker({
      locks: {
        async acquire(...args) {
          // Lost while it waits for the lease of the key.
          isLeader = false;
          return locks.acquire(...args);
        },
        elect: (name, options) =>
          locks.elect(name, {
            ...options,
            onElected: (leadership) =>
              options.onElected!({
                ...leadership,
                isLeader: () => isLeader,
                assertHeld() {
                  if (!isLeader) throw new Error('lost');
                },
              }),
          }),
      },
    });
    worker.start();
    await lab.clock.advance(100);
    await lab.queue.enqueue({ key: 'coupons:1', reason: 'stale', requestedAt: 0 });
    await lab.clock.advance(1000);
    expect(lab.source.calls).toEqual([]);
    expect(worker.stats()).toMatchObject({ outrun: 1, failed: 0 });
    expect(worker.stats().passedOn).toBeGreaterThan(0);
  });

  it('is not refreshed by a leader that the store takes for one of the past', async () => {
    await using lab = openLab({ definition: { single: true } });
    await lab.store.admit('coupons', Number.MAX_SAFE_INTEGER);
    const worker = lab.worker();
    worker.start();
    await lab.queue.enqueue({ key: 'coupons:1', reason: 'stale', requestedAt: 0 });
    await lab.clock.advance(2000);
    expect([worker.leads('coupons'), lab.source.calls]).toEqual([false, []]);
    expect(lab.errors.map(({ message }) => message)).toContain('a later leader is known to the store');
  });
});
