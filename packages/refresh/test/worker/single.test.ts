import { describe, expect, it } from 'vitest';

import { createRefreshWorker } from '../../src/index.ts';
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
    const refused: string[] = [];
    const fences = {
      newest: 0,
      async admit(resource: string, token: number): Promise<void> {
        if (token < this.newest) {
          refused.push(resource);
          throw new Error('stale');
        }
        this.newest = token;
      },
    };
    const worker = lab.worker({ fences });
    worker.start();
    await lab.clock.advance(100);
    lab.source.takesMs = 500;
    await lab.queue.enqueue({ key: 'coupons:1', reason: 'manual', requestedAt: 0 });
    await lab.clock.advance(100);
    // Somebody was elected whom this process has not heard of: only its fence says so.
    fences.newest = Number.MAX_SAFE_INTEGER;
    await lab.clock.advance(450);
    expect(refused).toEqual(['refresh:coupons']);
    expect(await lab.store.read('coupons:1', 'hash', { kind: 'whole' })).toBeUndefined();
  });

  it('needs fences', async () => {
    await using lab = openLab({ definition: { single: true } });
    const { store, queue, coupons } = lab;
    const works = { store, queue, locks: lab.locks(), definitions: [coupons] };
    expect(() => createRefreshWorker(works)).toThrow('coupons is single, which needs fences');
  });
});
