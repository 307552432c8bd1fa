import { describe, expect, it } from 'vitest';

import { type EntryStore, RefreshError, type RefreshReason, type StoredNotice } from '../../src/index.ts';
import { type Lab, openLab } from '../lab.ts';

const KEY = 'coupons:7';
const taskOf = (lab: Lab, reason: RefreshReason, key = KEY) => ({ key, reason, requestedAt: lab.clock.now() });

/** A worker, and what it tells. */
function telling(lab: Lab) {
  const published: string[] = [];
  const notices: StoredNotice[] = [];
  const log: typeof lab.log = {
    ...lab.log,
    publish(keys, options) {
      published.push(...keys.map(String));
      return lab.log.publish(keys, options);
    },
  };
  const worker = lab.worker({ log, onStored: (notice) => void notices.push(notice) });
  worker.start();
  return { worker, published, notices };
}

describe('a task that is asked for while its entry is loaded', () => {
  it.each(['manual', 'scheduled'] as const)('%s: is another load', async (reason) => {
    await using lab = openLab({ definition: { settleMs: 200 } });
    const worker = lab.worker();
    worker.start();
    lab.source.takesMs = 1000;
    await lab.queue.enqueue(taskOf(lab, 'missing'));
    await lab.clock.advance(800);
    await lab.queue.enqueue(taskOf(lab, reason));
    await lab.clock.advance(5000);
    expect(worker.stats()).toMatchObject({ refreshed: 2, loads: 2 });
    expect(lab.source.mostAtOnce).toBe(1);
  });

  it('is none for an invalidation that the load was made again for', async () => {
    await using lab = openLab({ definition: { settleMs: 200 } });
    const worker = lab.worker();
    worker.start();
    lab.source.takesMs = 100;
    await lab.queue.enqueue(taskOf(lab, 'missing'));
    await lab.clock.advance(50);
    await worker.invalidate(KEY);
    await lab.clock.advance(2000);
    expect(worker.stats()).toMatchObject({ superseded: 1, refreshed: 1, fresh: 1, loads: 2 });
    await lab.queue.enqueue(taskOf(lab, 'manual'));
    await lab.clock.advance(150);
    // It has been stored, and its worker waits for those who saw the old one.
    await worker.invalidate(KEY);
    await lab.clock.advance(2000);
    expect(worker.stats()).toMatchObject({ refreshed: 3, loads: 4 });
    expect((await lab.gateway().read(KEY)).state).toBe('fresh');
  });

  it('waits on when a gateway has loaded, unless that answers it', async () => {
    await using lab = openLab();
    const gateway = lab.gateway();
    await lab.clock.during(10, gateway.read('coupons:1'));
    expect((await lab.queue.counts()).waiting).toBe(0);
    await lab.queue.enqueue(taskOf(lab, 'manual'));
    await lab.clock.during(10, gateway.read(KEY));
    expect((await lab.queue.counts()).waiting).toBe(1);
  });
});

describe('a task whose entry another process loads', () => {
  it.each([
    ['manual', { busy: 0, refreshed: 1 }],
    ['scheduled', { busy: 0, refreshed: 1 }],
    ['ageing', { busy: 1, refreshed: 0 }],
  ] as const)('%s: is tried again only where nobody else asks for it', async (reason, ended) => {
    await using lab = openLab();
    const worker = lab.worker({ leaseMs: 1000 });
    const lease = await lab.locks().acquire(`refresh:${KEY}`, { ttlMs: 30_000 });
    worker.start();
    await lab.queue.enqueue(taskOf(lab, reason));
    await lab.clock.advance(2100);
    await lease.release();
    await lab.clock.advance(5000);
    expect(worker.stats()).toMatchObject({ ...ended, failed: ended.refreshed });
  });
});

describe('a source that is switched off while its loads wait for a slot', () => {
  it('is not called any more', async () => {
    await using lab = openLab({ definition: { concurrency: 1 } });
    const worker = lab.worker();
    worker.start();
    lab.source.takesMs = 100;
    for (const key of ['coupons:1', 'coupons:2']) await lab.queue.enqueue(taskOf(lab, 'manual', key));
    await lab.clock.advance(50);
    await lab.switches.set('coupons', false);
    await lab.clock.advance(500);
    expect(lab.source.calls).toEqual(['coupons:1']);
    expect(worker.stats()).toMatchObject({ refreshed: 1, disabled: 1, failed: 0, loads: 1, loadsFailed: 0 });
  });
});

describe('an entry that is found fresh', () => {
  it('is told to nobody', async () => {
    await using lab = openLab();
    await lab.gateway().read(KEY);
    const { worker, published, notices } = telling(lab);
    await lab.queue.enqueue(taskOf(lab, 'ageing'));
    await lab.clock.advance(10);
    expect(worker.stats().fresh).toBe(1);
    expect([published, notices]).toEqual([[], []]);
  });

  it('is told to the log, and not to other regions, when the task was begun before', async () => {
    let isTaken = false;
    const store = (inner: EntryStore): EntryStore =>
      new Proxy(inner, {
        get(target, name: keyof EntryStore) {
          const value: unknown = target[name];
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            const answer: unknown = await (value as (...a: unknown[]) => unknown).apply(target, args);
            if (name !== 'replace' || isTaken) return answer;
            isTaken = true;
            throw new RefreshError('ERR_REFRESH_STORE', 'the answer was lost');
          };
        },
      });
    await using lab = openLab({ store });
    const { worker, published, notices } = telling(lab);
    await lab.queue.enqueue(taskOf(lab, 'stale'));
    await lab.clock.advance(3000);
    expect(worker.stats()).toMatchObject({ failed: 1, fresh: 1, loads: 1 });
    expect(published).toEqual([KEY, KEY]);
    expect(notices).toHaveLength(1);
  });
});
