import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { JournalEntry } from '../src/shipper/journal-reader.ts';
import { PendingEntries } from '../src/shipper/pending-entries.ts';

const entry = (n: number, operations = 1, bytes = 10): JournalEntry => ({
  id: `${n}-0`,
  block: Buffer.alloc(bytes),
  operations,
  before: n,
  bytesBefore: n,
});
const ids = (entries: readonly JournalEntry[] = []): string[] => entries.map(({ id }) => id);

function createPending(
  entries: readonly JournalEntry[],
  limits = { maxBatchOperations: 3, maxBatchBytes: 1000 },
): PendingEntries {
  const pending = new PendingEntries(limits);
  pending.add(entries, true);
  return pending;
}

/** Takes the next batch as sent and gives its ids. */
function send(pending: PendingEntries): string[] {
  const batch = pending.nextBatch();
  if (batch !== undefined) pending.markSent(batch);
  return ids(batch?.entries);
}

describe('PendingEntries', () => {
  it('cuts a batch at the most operations', () => {
    const pending = createPending([entry(1, 2), entry(2, 1), entry(3, 1)]);
    expect(pending.nextBatch()).toMatchObject({ prev: '0-0', isFull: true });
    expect(ids(pending.nextBatch()?.entries)).toEqual(['1-0', '2-0']);
  });

  it('cuts a batch at the most bytes, length fields included', () => {
    const pending = createPending([entry(1), entry(2), entry(3)], { maxBatchOperations: 100, maxBatchBytes: 28 });
    expect(ids(pending.nextBatch()?.entries)).toEqual(['1-0', '2-0']);
    expect(pending.bytes).toBe(42);
  });

  it('makes a batch of one entry that is larger than the limits', () => {
    const pending = createPending([entry(1, 50, 5000), entry(2)]);
    expect(ids(pending.nextBatch()?.entries)).toEqual(['1-0']);
  });

  it('calls a batch full when more entries could not make it larger', () => {
    expect(createPending([]).nextBatch()).toBeUndefined();
    expect(createPending([entry(1)]).nextBatch()?.isFull).toBe(false);
    expect(createPending([entry(1), entry(2), entry(3)]).nextBatch()?.isFull).toBe(true);
  });

  it('lets each batch follow the one before, while that is still on its way', () => {
    const pending = createPending([entry(1, 3), entry(2, 3), entry(3, 1)]);
    expect([send(pending), send(pending), send(pending), send(pending)]).toEqual([['1-0'], ['2-0'], ['3-0'], []]);
    pending.add([entry(4)], true);
    expect(pending.nextBatch()?.prev).toBe('3-0');
    pending.moveTo('1-0');
    expect(pending.nextBatch()?.prev).toBe('3-0');
    pending.rewind();
    expect(pending.nextBatch()?.prev).toBe('1-0');
  });

  it('drops what the receiver confirms and gives it back', () => {
    const pending = createPending([entry(1), entry(2), entry(3)]);
    expect(ids(pending.moveTo('2-0'))).toEqual(['1-0', '2-0']);
    expect([pending.cursor, pending.oldest?.id, pending.readAfter]).toEqual(['2-0', '3-0', '3-0']);
  });

  it('reads after the cursor when the receiver is ahead of what was read', () => {
    const pending = createPending([entry(1)]);
    expect(ids(pending.moveTo('9-0'))).toEqual(['1-0']);
    expect([pending.oldest, pending.readAfter, pending.bytes]).toEqual([undefined, '9-0', 0]);
  });

  it('reads again from the cursor when the receiver went back', () => {
    const pending = createPending([entry(5), entry(6)]);
    pending.moveTo('5-0');
    expect(pending.moveTo('2-0')).toEqual([]);
    expect([pending.oldest, pending.readAfter]).toEqual([undefined, '2-0']);
  });

  it('waits for the rest of a batch that another shipper had begun, as long as there is more to read', () => {
    const pending = new PendingEntries({ maxBatchOperations: 1, maxBatchBytes: 1000 });
    pending.reach('0-0', '3-0');
    pending.add([entry(1), entry(2)], false);
    expect(pending.nextBatch()).toBeUndefined();
    pending.add([entry(3), entry(4)], false);
    expect(ids(pending.nextBatch()?.entries)).toEqual(['1-0', '2-0', '3-0']);
  });

  it('sends what there is when the rest of a batch that was begun is gone', () => {
    const pending = createPending([entry(1), entry(2)]);
    pending.reach('0-0', '3-0');
    expect(ids(pending.nextBatch()?.entries)).toEqual(['1-0', '2-0']);
  });

  it('never cuts a batch that was sent shorter while the cursor stays', () => {
    const sizes = fc.array(
      fc.record({ operations: fc.integer({ min: 1, max: 5 }), bytes: fc.integer({ min: 1, max: 99 }) }),
    );
    fc.assert(
      fc.property(sizes, sizes, fc.nat({ max: 5 }), (before, after, confirmed) => {
        const pending = createPending(before.map((size, n) => entry(n + 1, size.operations, size.bytes)));
        const sent: string[][] = [];
        for (let batch = send(pending); batch.length > 0; batch = send(pending)) sent.push(batch);
        pending.add(
          after.map((size, n) => entry(before.length + n + 1, size.operations, size.bytes)),
          true,
        );
        const done = sent[confirmed - 1]?.at(-1);
        if (done !== undefined) pending.moveTo(done);
        pending.rewind();
        const next = sent[done === undefined ? 0 : confirmed] ?? [];
        expect(send(pending).slice(0, next.length)).toEqual(next);
      }),
    );
  });
});
