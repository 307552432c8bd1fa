import { describe, expect, it } from 'vitest';

import { sleep, withDeadline } from '../src/deadline.ts';
import { createManualClock } from './manual-clock.ts';

const never = new Promise<never>(() => {});
const onTimeout = (): Error => new Error('too late');

describe('withDeadline', () => {
  it('gives the value of a promise that settles in time and drops its timer', async () => {
    const clock = createManualClock();
    await expect(withDeadline(Promise.resolve(7), { ms: 10, onTimeout, clock })).resolves.toBe(7);
    expect(clock.pending).toBe(0);
  });

  it('rejects with the given error when the time is up', async () => {
    const clock = createManualClock();
    const result = withDeadline(never, { ms: 10, onTimeout, clock });
    clock.advance(10);
    await expect(result).rejects.toThrow('too late');
  });

  it('rejects with the reason of the signal and drops its timer', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const result = withDeadline(never, { ms: 10, onTimeout, clock, signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(result).rejects.toThrow('stop');
    expect(clock.pending).toBe(0);
  });

  it('rejects at once when the signal had aborted before', async () => {
    const signal = AbortSignal.abort(new Error('stopped before'));
    await expect(withDeadline(never, { ms: 10, onTimeout, signal })).rejects.toThrow('stopped before');
  });

  it('swallows a rejection that comes after the deadline', async () => {
    const clock = createManualClock();
    let reject!: (reason: Error) => void;
    const promise = new Promise<never>((_resolve, onError) => {
      reject = onError;
    });
    const result = withDeadline(promise, { ms: 10, onTimeout, clock });
    clock.advance(10);
    reject(new Error('nobody listens'));
    await expect(result).rejects.toThrow('too late');
  });
});

describe('sleep', () => {
  it('resolves when its time is up', async () => {
    const clock = createManualClock();
    const result = sleep(50, { clock });
    clock.advance(50);
    await expect(result).resolves.toBeUndefined();
  });

  it('rejects with the reason of the signal and leaves no timer', async () => {
    const clock = createManualClock();
    const controller = new AbortController();
    const result = sleep(50, { clock, signal: controller.signal });
    controller.abort(new Error('stop'));
    await expect(result).rejects.toThrow('stop');
    expect(clock.pending).toBe(0);
  });
});
