import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JournalEntry } from '../src/journal-reader.ts';
import { PendingEntries } from '../src/pending-entries.ts';

const entry = (n: number, operations = 1, bytes = 10): JournalEntry => ({
  id: `${n}-0`,
  block: Buffer.alloc(bytes),
  operations,
  before: n,
});
const ids = (entries: readonly JournalEntry[]): string[] => entries.map(({ id }) => id);

function createPending(
  entries: readonly JournalEntry[],
  limits = { maxBatchOperations: 3, maxBatchBytes: 1000 },
): PendingEntries {
  const pending = new PendingEntries(limits);
  pending.add(entries);
  return pending;
}

describe('PendingEntries', () => {
  it('cuts a batch at the most operations', () => {
    const pending = createPending([entry(1, 2), entry(2, 1), entry(3, 1)]);
    expect(ids(pending.nextBatch())).toEqual(['1-0', '2-0']);
    expect(pending.hasFullBatch).toBe(true);
  });

  it('cuts a batch at the most bytes, length fields included', () => {
    const pending = createPending([entry(1), entry(2), entry(3)], { maxBatchOperations: 100, maxBatchBytes: 28 });
    expect(ids(pending.nextBatch())).toEqual(['1-0', '2-0']);
  });

  it('makes a batch of one entry that is larger than the limits', () => {
    const pending = createPending([entry(1, 50, 5000), entry(2)]);
    expect(ids(pending.nextBatch())).toEqual(['1-0']);
  });

  it('wants more until a batch is full', () => {
    expect(createPending([]).hasFullBatch).toBe(false);
    expect(createPending([entry(1)]).hasFullBatch).toBe(false);
    expect(createPending([entry(1), entry(2), entry(3)]).hasFullBatch).toBe(true);
  });

  it('drops what the receiver confirms and names the newest of it', () => {
    const pending = createPending([entry(1), entry(2), entry(3)]);
    expect(pending.moveTo('2-0')?.id).toBe('2-0');
    expect([pending.cursor, pending.oldest?.id, pending.readAfter]).toEqual(['2-0', '3-0', '3-0']);
  });

  it('reads after the cursor when the receiver is ahead of what was read', () => {
    const pending = createPending([entry(1)]);
    expect(pending.moveTo('9-0')?.id).toBe('1-0');
    expect([pending.oldest, pending.readAfter]).toEqual([undefined, '9-0']);
  });

  it('reads again from the cursor when the receiver went back', () => {
    const pending = createPending([entry(5), entry(6)]);
    pending.moveTo('5-0');
    expect(pending.moveTo('2-0')).toBeUndefined();
    expect([pending.oldest, pending.readAfter]).toEqual([undefined, '2-0']);
  });

  it('never cuts a batch shorter while the cursor stays', () => {
    const sizes = fc.array(
      fc.record({ operations: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 1, max: 99 }) }),
    );
    fc.assert(
      fc.property(sizes, sizes, (before, after) => {
        const pending = createPending(before.map((size, n) => entry(n + 1, size.operations, size.bytes)));
        const first = ids(pending.nextBatch());
        pending.add(after.map((size, n) => entry(before.length + n + 1, size.operations, size.bytes)));
        pending.moveTo(pending.cursor);
        expect(ids(pending.nextBatch()).slice(0, first.length)).toEqual(first);
      }),
    );
  });
});
