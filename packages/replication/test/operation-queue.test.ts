import { describe, expect, it } from 'vitest';

import { packedBytes, packOperation } from '../src/block/block-codec.ts';
import type { Operation } from '../src/operation/operation.ts';
import { OPERATION_OVERHEAD_BYTES, OperationQueue } from '../src/journal/operation-queue.ts';
import { createManualClock } from './manual-clock.ts';
import { del, set } from './operations.ts';

function createQueue() {
  const clock = createManualClock();
  const meter = { bytes: 0 };
  const queue = new OperationQueue({ clock, timeoutMs: 100, onTimeout: () => new Error('too late'), meter });
  const push = (operation: Operation): Promise<void> => queue.push(operation, packedBytes(operation));
  /** What `peek` gives, as one piece. */
  const peek = (maxOperations: number, maxBytes: number): { count: number; packed: Buffer } => {
    const { count, parts } = queue.peek(maxOperations, maxBytes);
    return { count, packed: Buffer.concat(parts) };
  };
  return { clock, queue, meter, push, peek };
}

function packed(...operations: Operation[]): { count: number; packed: Buffer } {
  return { count: operations.length, packed: Buffer.concat(operations.map(packOperation)) };
}

describe('OperationQueue', () => {
  it('gives operations out in the order in which they came and keeps them until they are confirmed', async () => {
    const { queue, meter, push, peek } = createQueue();
    const done = [push(del('a')), push(set('bb', 1)), push(del('c'))];
    expect(peek(2, 100)).toEqual(packed(del('a'), set('bb', 1)));
    const bytes = [del('a'), set('bb', 1), del('c')].reduce((sum, operation) => sum + packedBytes(operation), 0);
    expect([queue.length, meter.bytes]).toEqual([3, bytes + 3 * OPERATION_OVERHEAD_BYTES]);
    queue.confirm(2);
    await Promise.all(done.slice(0, 2));
    expect(peek(2, 100)).toEqual(packed(del('c')));
    queue.confirm(1);
    await done[2];
    expect([queue.length, meter.bytes]).toEqual([0, 0]);
  });

  it('stops before the size limit but gives a single larger operation', () => {
    const { push, peek } = createQueue();
    void push(del('large'));
    void push(del('b'));
    expect(peek(10, 5)).toEqual(packed(del('large')));
    expect(peek(10, 8)).toEqual(packed(del('large')));
    expect(peek(10, 12)).toEqual(packed(del('large'), del('b')));
  });

  it('gives operations that lie in several pieces of memory in their order, the largest ones too', () => {
    const { queue, push, peek } = createQueue();
    const operations = [10_000, 20_000, 10_000, 100_000, 5, 30_000].map((length, at) =>
      set(`key-${at}`, `${at}`.repeat(length)),
    );
    for (const operation of operations) void push(operation);
    expect(peek(100, 10_000_000).packed.equals(packed(...operations).packed)).toBe(true);
    queue.confirm(3);
    const rest = peek(2, 10_000_000);
    expect(rest.count).toBe(2);
    expect(rest.packed.equals(packed(...operations.slice(3, 5)).packed)).toBe(true);
  });

  it('copies what it is given: its buffers are free again at once', () => {
    const { push, peek } = createQueue();
    const operation = set('key', 'value');
    const before = packed(operation);
    void push(operation);
    operation.key.fill(0);
    expect(peek(1, 100)).toEqual(before);
  });

  it('answers each caller when its own time is up and keeps the operation', async () => {
    const { clock, queue, push, peek } = createQueue();
    const first = push(del('a'));
    clock.advance(60);
    const second = push(del('b'));
    clock.advance(40);
    await expect(first).rejects.toThrow('too late');
    expect(peek(10, 100)).toEqual(packed(del('a'), del('b')));
    clock.advance(60);
    await expect(second).rejects.toThrow('too late');
    expect(queue.length).toBe(2);
  });

  it('does not answer a caller twice when its operation is confirmed after its time', async () => {
    const { clock, queue, push } = createQueue();
    const late = push(del('a'));
    clock.advance(100);
    const next = push(del('b'));
    queue.confirm(2);
    await expect(late).rejects.toThrow('too late');
    await next;
  });

  it('keeps the right callers through thousands of operations', async () => {
    const { clock, queue, push } = createQueue();
    const settled: string[] = [];
    for (let n = 0; n < 3000; n += 1) {
      void push(del(`${n}`)).then(
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
    const { clock, queue, meter, push } = createQueue();
    const waiting = push(del('a'));
    expect(queue.abandon(() => new Error('closed'))).toBe(1);
    await expect(waiting).rejects.toThrow('closed');
    expect([clock.pending, meter.bytes]).toEqual([0, 0]);
  });
});
