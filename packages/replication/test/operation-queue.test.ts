import { describe, expect, it } from 'vitest';

import { OPERATION_OVERHEAD_BYTES, OperationQueue } from '../src/operation-queue.ts';
import { createManualClock } from './manual-clock.ts';

function createQueue() {
  const clock = createManualClock();
  const queue = new OperationQueue({ clock, timeoutMs: 100, onTimeout: () => new Error('too late') });
  return { clock, queue };
}

const op = (text: string): Buffer => Buffer.from(text);

describe('OperationQueue', () => {
  it('gives operations out in the order in which they came and keeps them until they are confirmed', async () => {
    const { queue } = createQueue();
    const done = [queue.push(op('a')), queue.push(op('bb')), queue.push(op('c'))];
    expect(queue.peek(2, 100)).toEqual([op('a'), op('bb')]);
    expect([queue.length, queue.bytes]).toEqual([3, 4 + 3 * OPERATION_OVERHEAD_BYTES]);
    queue.confirm(2);
    await Promise.all(done.slice(0, 2));
    expect(queue.peek(2, 100)).toEqual([op('c')]);
    queue.confirm(1);
    await done[2];
    expect([queue.length, queue.bytes]).toEqual([0, 0]);
  });

  it('stops before the size limit but gives a single larger operation', () => {
    const { queue } = createQueue();
    void queue.push(op('large'));
    void queue.push(op('b'));
    expect(queue.peek(10, 3)).toEqual([op('large')]);
    expect(queue.peek(10, 6)).toEqual([op('large'), op('b')]);
  });

  it('answers each caller when its own time is up and keeps the operation', async () => {
    const { clock, queue } = createQueue();
    const first = queue.push(op('a'));
    clock.advance(60);
    const second = queue.push(op('b'));
    clock.advance(40);
    await expect(first).rejects.toThrow('too late');
    expect(queue.peek(10, 100)).toEqual([op('a'), op('b')]);
    clock.advance(60);
    await expect(second).rejects.toThrow('too late');
    expect(queue.length).toBe(2);
  });

  it('does not answer a caller twice when its operation is confirmed after its time', async () => {
    const { clock, queue } = createQueue();
    const late = queue.push(op('a'));
    clock.advance(100);
    const next = queue.push(op('b'));
    queue.confirm(2);
    await expect(late).rejects.toThrow('too late');
    await next;
  });

  it('keeps the right callers through thousands of operations', async () => {
    const { clock, queue } = createQueue();
    const settled: string[] = [];
    for (let n = 0; n < 3000; n += 1) {
      void queue.push(op(`${n}`)).then(
        () => settled.push(`ok ${n}`),
        () => settled.push(`late ${n}`),
      );
      if (n % 7 === 6) queue.confirm(6);
    }
    const left = queue.length;
    clock.advance(100);
    await Promise.resolve();
    await Promise.resolve();
    expect(settled).toHaveLength(3000);
    expect(settled.filter((text) => text.startsWith('late'))).toHaveLength(left);
    expect(settled.at(-1)).toBe('late 2999');
  });

  it('rejects whoever still waits when it is abandoned, and leaves no timer', async () => {
    const { clock, queue } = createQueue();
    const waiting = queue.push(op('a'));
    expect(queue.abandon(() => new Error('closed'))).toBe(1);
    await expect(waiting).rejects.toThrow('closed');
    expect(clock.pending).toBe(0);
  });
});
