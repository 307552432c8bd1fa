import { describe, expect, it, vi } from 'vitest';

import { packedBytes, packOperation } from '../src/block/block-codec.ts';
import type { Operation } from '../src/operation/operation.ts';
import { OPERATION_OVERHEAD_BYTES, OperationQueue } from '../src/journal/operation-queue.ts';
import { createManualClock } from './manual-clock.ts';
import { del, set } from './operations.ts';

function createQueue({ maxBlockOperations = 100, maxBlockBytes = 10_000_000 } = {}) {
  const clock = createManualClock();
  const meter = { bytes: 0 };
  const onTimeout = (): Error => new Error('too late');
  const queue = new OperationQueue({ clock, timeoutMs: 100, onTimeout, meter, maxBlockOperations, maxBlockBytes });
  const push = (operation: Operation): Promise<void> => queue.push(operation, packedBytes(operation));
  /** What `take` gives, as one piece. */
  const take = (): { count: number; packed: Buffer } | undefined => {
    const block = queue.take();
    return block === undefined ? undefined : { count: block.count, packed: Buffer.concat(block.parts) };
  };
  return { clock, queue, meter, push, take };
}

function packed(...operations: Operation[]): { count: number; packed: Buffer } {
  return { count: operations.length, packed: Buffer.concat(operations.map(packOperation)) };
}

describe('OperationQueue', () => {
  it('gives operations out in the order in which they came and keeps them until they are confirmed', async () => {
    const { queue, meter, push, take } = createQueue({ maxBlockOperations: 2 });
    const done = [push(del('a')), push(set('bb', 1)), push(del('c'))];
    expect(take()).toEqual(packed(del('a'), set('bb', 1)));
    expect(take()).toEqual(packed(del('a'), set('bb', 1)));
    const bytes = [del('a'), set('bb', 1), del('c')].reduce((sum, operation) => sum + packedBytes(operation), 0);
    expect([queue.length, meter.bytes]).toEqual([3, bytes + 3 * OPERATION_OVERHEAD_BYTES]);
    queue.confirm();
    await Promise.all(done.slice(0, 2));
    expect(take()).toEqual(packed(del('c')));
    queue.confirm();
    await done[2];
    expect([queue.length, meter.bytes, take()]).toEqual([0, 0, undefined]);
  });

  it('closes a block before the size limit but gives a single larger operation', () => {
    const { queue, push, take } = createQueue({ maxBlockBytes: 8 });
    for (const key of ['large', 'b', 'c', 'larger']) void push(del(key));
    const blocks = [['large'], ['b', 'c'], ['larger']].map((keys) => {
      const block = take();
      queue.confirm();
      return [block, packed(...keys.map((key) => del(key)))];
    });
    for (const [given, expected] of blocks) expect(given).toEqual(expected);
  });

  it('adds nothing to a block that was given out: it may be on its way', () => {
    const { queue, push, take } = createQueue();
    void push(del('a'));
    expect(take()).toEqual(packed(del('a')));
    void push(del('b'));
    expect(take()).toEqual(packed(del('a')));
    queue.confirm();
    void push(del('c'));
    expect(take()).toEqual(packed(del('b'), del('c')));
  });

  it('gives operations that lie in several pieces of memory in their order, the largest ones too', () => {
    const { queue, push, take } = createQueue({ maxBlockOperations: 3 });
    const operations = [10_000, 20_000, 10_000, 100_000, 5, 30_000].map((length, at) =>
      set(`key-${at}`, `${at}`.repeat(length)),
    );
    for (const operation of operations) void push(operation);
    expect(take()?.packed.equals(packed(...operations.slice(0, 3)).packed)).toBe(true);
    queue.confirm();
    expect(take()?.packed.equals(packed(...operations.slice(3)).packed)).toBe(true);
  });

  it('copies what it is given: its buffers are free again at once', () => {
    const { push, take } = createQueue();
    const operation = set('key', 'value');
    const before = packed(operation);
    void push(operation);
    operation.key.fill(0);
    expect(take()).toEqual(before);
  });

  it('answers each caller when its own time is up and keeps the operation', async () => {
    const { clock, queue, push, take } = createQueue();
    const first = push(del('a'));
    clock.advance(60);
    const second = push(del('b'));
    clock.advance(40);
    await expect(first).rejects.toThrow('too late');
    expect(take()).toEqual(packed(del('a'), del('b')));
    clock.advance(60);
    await expect(second).rejects.toThrow('too late');
    expect(queue.length).toBe(2);
  });

  it('does not answer a caller twice when its operation is confirmed after its time', async () => {
    const { clock, queue, push } = createQueue();
    const late = push(del('a'));
    clock.advance(100);
    const next = push(del('b'));
    queue.confirm();
    await expect(late).rejects.toThrow('too late');
    await next;
  });

  it('answers callers of one block together, and those of another block with that one', async () => {
    const { clock, queue, push } = createQueue({ maxBlockOperations: 2 });
    const [first, second, third] = [push(del('a')), push(del('b')), push(del('c'))];
    queue.confirm();
    await Promise.all([first, second]);
    clock.advance(100);
    await expect(third).rejects.toThrow('too late');
  });

  it('keeps the right callers through thousands of operations', async () => {
    const { clock, queue, push } = createQueue({ maxBlockOperations: 6 });
    const settled: string[] = [];
    for (let n = 0; n < 3000; n += 1) {
      void push(del(`${n}`)).then(
        () => settled.push(`ok ${n}`),
        () => settled.push(`late ${n}`),
      );
      if (n % 5 === 4) clock.advance(2);
      if (n % 7 === 6 && n < 2900) queue.confirm();
    }
    const left = queue.length;
    clock.advance(100);
    await Promise.resolve();
    await Promise.resolve();
    expect(settled).toHaveLength(3000);
    expect(new Set(settled.map((text) => text.split(' ')[1])).size).toBe(3000);
    expect(settled.at(-1)).toBe('late 2999');
    expect(left).toBeGreaterThan(90);
  });

  it('rejects whoever still waits when it is abandoned, and leaves no timer', async () => {
    const { clock, queue, meter, push } = createQueue();
    const waiting = push(del('a'));
    expect(queue.abandon(new Error('closed'))).toBe(1);
    await expect(waiting).rejects.toThrow('closed');
    expect([clock.pending, meter.bytes, queue.length]).toEqual([0, 0, 0]);
  });

  it('lets nobody wait longer whose operation is moved to another queue', async () => {
    const { clock, queue, push } = createQueue();
    const other = createQueue();
    const [first, second] = [push(del('a')), push(del('b'))];
    clock.advance(60);
    const third = push(del('c'));
    queue.moveTo((operation) => other.push(operation));
    expect(other.take()).toEqual(packed(del('a'), del('b'), del('c')));
    clock.advance(40);
    await expect(first).rejects.toThrow('too late');
    await expect(second).rejects.toThrow('too late');
    other.queue.confirm();
    await third;
    await vi.waitFor(() => expect(clock.pending).toBe(0));
  });
});
