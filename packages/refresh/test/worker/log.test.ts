import { describe, expect, it } from 'vitest';

import type { StoredNotice } from '../../src/index.ts';
import { type Lab, openLab } from '../lab.ts';

describe('an invalidation that somebody else publishes', () => {
  it('expires the entry and refreshes it once, however many workers hear it', async () => {
    await using lab = openLab();
    const workers = [lab.worker(), lab.worker(), lab.worker()];
    for (const worker of workers) worker.start();
    await lab.gateway().read('coupons:7');
    await lab.clock.advance(100);
    await lab.log.publish(['coupons:7', 'unknown:1', 'coupons']);
    await lab.clock.advance(1000);
    const stats = workers.map((worker) => worker.stats());
    expect(stats.map(({ expired }) => expired).toSorted((a, b) => a - b)).toEqual([0, 0, 2]);
    expect(lab.source.calls).toEqual(['coupons:7', 'coupons:7', 'coupons']);
    expect((await lab.gateway().of(lab.coupons).element('7', 'a')).data?.version).toBeGreaterThan(1);
  });

  it('is acted on by the next when the one that acts for all has died', async () => {
    await using lab = openLab();
    const [first, second] = [lab.worker({ electionMs: 1000 }), lab.worker({ electionMs: 1000 })];
    first.start();
    await lab.clock.advance(100);
    second.start();
    await lab.gateway().read('coupons:7');
    await first.close();
    await lab.log.publish(['coupons:7']);
    await lab.clock.advance(1500);
    expect(second.stats()).toMatchObject({ heard: 1, expired: 1, refreshed: 1 });
  });

  it('is not acted on again by the next, where the entry was loaded since', async () => {
    await using lab = openLab();
    const [first, second] = [lab.worker({ electionMs: 1000 }), lab.worker({ electionMs: 1000 })];
    first.start();
    await lab.clock.advance(100);
    second.start();
    await lab.gateway().read('coupons:7');
    await lab.clock.advance(100);
    await lab.queue.pause();
    await lab.log.publish(['coupons:7']);
    await lab.clock.advance(10);
    await lab.queue.resume();
    await lab.clock.advance(100);
    expect(first.stats()).toMatchObject({ expired: 1, refreshed: 1 });
    await first.close();
    await lab.clock.advance(1500);
    expect(second.stats()).toMatchObject({ heard: 1, expired: 0, loads: 0 });
    // It leads: what it hears from now on it acts on.
    await lab.log.publish(['coupons:7']);
    await lab.clock.advance(100);
    expect(second.stats()).toMatchObject({ heard: 2, expired: 1, refreshed: 1 });
  });

  it('by this package makes nobody load', async () => {
    await using lab = openLab();
    const worker = lab.worker();
    worker.start();
    for (let id = 0; id < 3; id++) await lab.gateway().read(`coupons:${id}`);
    await worker.patch('coupons:1', new Map([['a', { id: 'a', version: 9 }]]));
    await lab.clock.advance(2000);
    expect(worker.stats()).toMatchObject({ heard: 0, loads: 0 });
    await worker.invalidate('coupons:1');
    await lab.clock.advance(2000);
    expect(worker.stats()).toMatchObject({ heard: 0, expired: 0, loads: 1 });
  });
});

describe('two regions that tell each other', () => {
  it('come to rest, and an invalidation in one is a load in each', async () => {
    await using east = openLab();
    await using west = openLab();
    let carried = 0;
    const to = (other: Lab, region: string) => ({
      region,
      async onStored({ key, origin }: StoredNotice) {
        carried++;
        // A real bridge, and not one that hides what comes back: it ends after a hundred.
        if (carried < 100) await other.log.publish([key], { origin });
      },
    });
    const workers = [east.worker(to(west, 'east')), west.worker(to(east, 'west'))] as const;
    for (const worker of workers) worker.start();
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) for (const { clock } of [east, west]) await clock.advance(100);
    };
    await settle();
    await workers[0].invalidate('coupons:1');
    await settle();
    expect([east.source.calls, west.source.calls]).toEqual([['coupons:1'], ['coupons:1']]);
    // The invalidation, and a load of each.
    expect(carried).toBe(3);
  });
});

describe('onStored', () => {
  it('hears of everything that others must know, with its origin', async () => {
    await using lab = openLab();
    const notices: StoredNotice[] = [];
    const onStored = (notice: StoredNotice): void => void notices.push(notice);
    const worker = lab.worker({ onStored, region: 'east' });
    worker.start();
    await lab.queue.enqueue({ key: 'coupons:7', reason: 'warm-up', requestedAt: 0 });
    await lab.clock.advance(10);
    await worker.patch('coupons:7', new Map([['a', undefined]]));
    await worker.invalidate('coupons:7', 'remove');
    expect(notices.map(({ kind, reason }) => `${kind} ${reason ?? ''}`)).toEqual([
      'replaced warm-up',
      'patched ',
      'invalidated ',
    ]);
    expect(notices.map(({ origin }) => origin.replace(/:[^:]+$/, ''))).toEqual([
      'refresh:stored:east',
      'refresh:stored:east',
      'refresh:invalidated:east',
    ]);
  });

  it('that fails or hangs stops nothing', async () => {
    await using lab = openLab();
    const worker = lab.worker({
      onStored: ({ key }) => (key === 'coupons:1' ? Promise.reject(new Error('no')) : new Promise(() => undefined)),
    });
    worker.start();
    for (const id of [1, 2]) await lab.queue.enqueue({ key: `coupons:${id}`, reason: 'manual', requestedAt: 0 });
    await lab.clock.advance(5100);
    expect(worker.stats().refreshed).toBe(2);
    expect(lab.errors.map(({ message }) => message)).toEqual(['no', 'onStored took longer than 5000 ms']);
  });
});
