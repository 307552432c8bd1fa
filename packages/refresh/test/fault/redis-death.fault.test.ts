import { startRedis } from '@lockstep/testing';
import { describe, it } from 'vitest';

import { openFaultLab } from './fault-lab.ts';

describe.concurrent('Redis that is killed while a source is asked', () => {
  it.for([
    { keepData: true, what: 'with its data' },
    { keepData: false, what: 'without its data' },
  ])('$what: the load is not stored, readers are served, and then all goes on', async ({ keepData }, { expect }) => {
    await using server = await startRedis({ appendonly: true });
    let calls = 0;
    let isHeld = false;
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await using lab = openFaultLab(server.port, 'redis-death', async () => {
      const call = ++calls;
      if (call === 2) {
        isHeld = true;
        await held;
      }
      return [{ id: 'a', call }];
    });
    await lab.gateway.read('rows:1');
    lab.worker.start();
    await expect.poll(() => lab.queue.counts()).toMatchObject({ waiting: 0, active: 0 });
    await lab.queue.enqueue({ key: 'rows:1', reason: 'manual', requestedAt: 0 });
    await expect.poll(() => isHeld).toBe(true);
    await server.kill();
    expect((await lab.gateway.read('rows:1')).state).toBe('loaded');
    await server.restart({ keepData });
    letGo();
    const callsBefore = calls;
    // By itself where the task survived, else because somebody asks.
    const read = async (): Promise<string> => {
      const { state } = await lab.gateway.read('rows:1').catch(() => ({ state: 'failed' }));
      return state;
    };
    await expect.poll(read).toBe('fresh');
    // The queue may be back later than the store.
    const invalidate = (): Promise<boolean> =>
      lab.gateway.invalidate('rows:1').then(
        () => true,
        () => false,
      );
    await expect.poll(invalidate).toBe(true);
    await expect.poll(() => lab.storedCall('1')).toBeGreaterThan(callsBefore);
    await expect.poll(read).toBe('fresh');
    await expect.poll(() => lab.queue.counts()).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
    expect(lab.worker.stats().loads).toBeGreaterThan(1);
  });
});

describe('Redis that stands still', () => {
  it('keeps no reader waiting for longer than its calls may take', async ({ expect }) => {
    await using server = await startRedis();
    let calls = 0;
    await using lab = openFaultLab(server.port, 'redis-freeze', () => [{ id: 'a', call: ++calls }], {
      storeTimeoutMs: 500,
    });
    await lab.gateway.read('rows:1');
    await server.freeze();
    const states: string[] = [];
    // After five that waited for 500 ms none does.
    for (let i = 0; i < 5; i++) states.push((await lab.gateway.read('rows:1')).state);
    const from = performance.now();
    for (let i = 0; i < 20; i++) states.push((await lab.gateway.read('rows:1')).state);
    expect(new Set(states)).toEqual(new Set(['loaded']));
    expect(performance.now() - from).toBeLessThan(2500);
    await server.thaw();
    await expect.poll(async () => (await lab.gateway.read('rows:1')).state).toBe('fresh');
  });
});
