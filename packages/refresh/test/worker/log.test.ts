import { describe, expect, it } from 'vitest';

import type { EntryStore, RefreshReason, RefreshTask, StoredNotice } from '../../src/index.ts';
import { type Lab, openLab } from '../lab.ts';

const taskOf = (key: string): RefreshTask => ({ key, reason: 'stale', requestedAt: 0 });

/** A store whose readers hear of what has expired before whoever has expired it. */
function expiring(store: EntryStore, ask: (key: string) => Promise<unknown>): EntryStore {
  return new Proxy(store, {
    get(target, name: keyof EntryStore) {
      const value: unknown = target[name];
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const answer: unknown = await (value as (...a: unknown[]) => unknown).apply(target, args);
        if (name !== 'invalidate') return answer;
        await ask(String(args[0]));
        // Until a worker has begun it.
        await new Promise((resolve) => void setImmediate(resolve));
        return answer;
      };
    },
  });
}

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

  it('come to rest also where a reader asks for what was expired before the worker does', async () => {
    const open = (): Lab => {
      const lab: Lab = openLab({ store: (store) => expiring(store, (key) => lab.queue.enqueue(taskOf(key))) });
      return lab;
    };
    const labs = [open(), open()] as const;
    const [east, west] = labs;
    let carried = 0;
    // Without the origin, as a receiver publishes what a journal has brought.
    const to = (other: Lab) => ({
      async onStored({ key, kind, reason }: StoredNotice) {
        if (kind === 'replaced' && reason !== 'invalidated' && ++carried < 20) await other.log.publish([key]);
      },
    });
    for (const worker of [east.worker(to(west)), west.worker(to(east))]) worker.start();
    const settle = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) for (const { clock } of labs) await clock.advance(100);
    };
    await settle();
    await east.queue.enqueue({ key: 'coupons:1', reason: 'manual', requestedAt: 0 });
    await settle();
    await Promise.all(labs.map((lab) => lab[Symbol.asyncDispose]()));
    expect(west.source.calls.length).toBeGreaterThan(0);
    expect(carried).toBe(1);
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

  it('hears why it was loaded: who reads what the log has expired has no reason of his own', async () => {
    await using lab = openLab();
    const reasons: unknown[] = [];
    const worker = lab.worker({ onStored: ({ kind, reason }) => kind === 'replaced' && reasons.push(reason) });
    worker.start();
    await lab.clock.advance(100);
    const load = async (reason: RefreshReason): Promise<void> => {
      await lab.store.invalidate('coupons:1', 'expire');
      await lab.queue.enqueue({ key: 'coupons:1', reason, requestedAt: lab.clock.now() });
      await lab.clock.advance(100);
    };
    await load('stale');
    await lab.log.publish(['coupons:1']);
    await lab.clock.advance(100);
    for (const reason of ['stale', 'manual', 'scheduled'] as const) await load(reason);
    await lab.clock.advance(11_000);
    await load('stale');
    expect(reasons).toEqual(['stale', 'invalidated', 'invalidated', 'manual', 'scheduled', 'stale']);
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
