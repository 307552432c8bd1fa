import { describe, expect, it } from 'vitest';

import { Lane } from '../src/receiver/lane.ts';
import { createManualClock } from './manual-clock.ts';

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function createLane() {
  const clock = createManualClock();
  const lane = new Lane();
  const options = { ms: 100, clock, onTimeout: () => new Error('busy') };
  return { clock, lane, options };
}

describe('Lane', () => {
  it('runs one after the other, in the order in which they came', async () => {
    const { lane, options } = createLane();
    const gate = deferred();
    const order: number[] = [];
    const first = lane.enter(async () => {
      await gate.promise;
      order.push(1);
    }, options);
    const second = lane.enter(async () => void order.push(2), options);
    gate.resolve();
    await Promise.all([first, second]);
    expect(order).toEqual([1, 2]);
  });

  it('goes on after a failure', async () => {
    const { lane, options } = createLane();
    await expect(lane.enter(() => Promise.reject(new Error('broken')), options)).rejects.toThrow('broken');
    await expect(lane.enter(async () => 7, options)).resolves.toBe(7);
  });

  it('stays taken until held work has settled, though its caller was answered', async () => {
    const { lane, options } = createLane();
    const slow = deferred();
    let entered = false;
    await lane.enter(async (hold) => {
      void hold(slow.promise);
    }, options);
    const next = lane.enter(async () => {
      entered = true;
    }, options);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(entered).toBe(false);
    slow.resolve();
    await next;
    expect(entered).toBe(true);
  });

  it('gives up a turn that does not come in time, and keeps the turns apart after that', async () => {
    const { clock, lane, options } = createLane();
    const gate = deferred();
    const started = deferred();
    const first = lane.enter(() => {
      started.resolve();
      return gate.promise;
    }, options);
    await started.promise;
    const second = lane.enter(() => expect.fail('its time was up'), options);
    clock.advance(100);
    await expect(second).rejects.toThrow('busy');
    const order: string[] = [];
    void first.then(() => order.push('first'));
    const third = lane.enter(async () => void order.push('third'), options);
    gate.resolve();
    await third;
    expect(order).toEqual(['first', 'third']);
    await lane.idle();
  });
});
