import type { Key } from '@lockstep/memcache';
import { expect, it } from 'vitest';

import type { Backend, ReadOutcome } from '../../../../src/index.ts';
import { createBackend } from '../../../../src/index.ts';
import type { BatchOutcome } from '../../../../src/http/cache/batch/batch-op.ts';
import { PendingReplies, type PendingReply } from '../../../../src/http/cache/batch/pending-replies.ts';
import { ChunkReader } from '../../../../src/http/cache/batch/read-chunks.ts';
import { MemoryPool } from '../../../backend/memory-pool.ts';

const keys = Array.from({ length: 512 }, (_, index) => `k${index}`);

interface Read {
  readonly keys: readonly Key[];
  answer(valueBytes: number): void;
}

/** A backend whose reads are answered by hand. */
function handFed(): { backend: Backend; reads: Read[] } {
  const reads: Read[] = [];
  const getMany = (wanted: readonly Key[]): Promise<ReadOutcome[]> =>
    new Promise((resolve) => {
      reads.push({
        keys: wanted,
        answer: (bytes) => resolve(wanted.map(() => ({ value: Buffer.alloc(bytes), flags: 0 }))),
      });
    });
  return { backend: { ...createBackend({ pool: new MemoryPool() }), getMany }, reads };
}

function open(all: PendingReplies): PendingReply {
  return all.open({ raw: { destroyed: false, once: () => ({ once: () => undefined }) } } as never);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('reads all chunks at once while their values are expected to fit', async () => {
  const { backend, reads } = handFed();
  const outcomes: BatchOutcome[] = [];
  const reader = new ChunkReader(backend, { maxReplyBytes: 33_554_432, pending: open(new PendingReplies(2 ** 27)) });
  const done = reader.read(keys, (position, outcome) => (outcomes[position] = outcome));
  expect(reads.map((read) => read.keys)).toEqual([0, 128, 256, 384].map((start) => keys.slice(start, start + 128)));
  // In any order.
  for (const read of reads.toReversed()) read.answer(1);
  await done;
  expect(outcomes.map(({ status }) => status)).toEqual(keys.map(() => 'hit'));
});

it('reads one chunk after the other where those before were too large, and none beyond the bound', async () => {
  const { backend, reads } = handFed();
  const all = new PendingReplies(2 ** 30);
  const learning = new ChunkReader(backend, { maxReplyBytes: 2 ** 28, pending: open(all) });
  const learnt = learning.read(keys, () => undefined);
  for (const read of reads) read.answer(100_000);
  await learnt;
  reads.length = 0;
  const outcomes: BatchOutcome[] = [];
  const reader = new ChunkReader(backend, { maxReplyBytes: 15_000_000, pending: open(all) });
  const done = reader.read(keys, (position, outcome) => (outcomes[position] = outcome));
  expect(reads).toHaveLength(1);
  reads[0]!.answer(100_000);
  await turn();
  expect(reads).toHaveLength(2);
  reads[1]!.answer(100_000);
  await done;
  expect(reads).toHaveLength(2);
  expect(outcomes.filter(({ status }) => status === 'hit')).toHaveLength(150);
  expect(outcomes.filter((one) => one.status === 'error' && one.error.code.endsWith('BATCH_TOO_LARGE'))).toHaveLength(
    362,
  );
});

it('books what reads are expected to bring before they are sent, over all batches', async () => {
  const { backend, reads } = handFed();
  // Room for the estimate of two chunks of values that nobody knows yet.
  const all = new PendingReplies(2 * 128 * 2048);
  const refused: number[] = [];
  const readAll = (): Promise<void> =>
    new ChunkReader(backend, { maxReplyBytes: 2 ** 28, pending: open(all) }).read(
      keys.slice(0, 128),
      (position, { status }) => void (status === 'error' && refused.push(position)),
    );
  const [first, second] = [readAll(), readAll()];
  await readAll();
  expect([reads.length, refused.length]).toEqual([2, 128]);
  for (const read of reads) read.answer(10);
  await Promise.all([first, second]);
  // The room is free again; what small values take is learnt by and by.
  for (let round = 0; round < 10; round++) {
    const again = readAll();
    reads.at(-1)!.answer(10);
    await again;
  }
  reads.length = 0;
  const more = [readAll(), readAll(), readAll()];
  expect(reads).toHaveLength(3);
  for (const read of reads) read.answer(10);
  await Promise.all(more);
});

it('waits for every read before it ends with the reason of the signal', async () => {
  const { backend, reads } = handFed();
  const stop = new AbortController();
  const options = { maxReplyBytes: 1, signal: stop.signal, pending: open(new PendingReplies(2 ** 27)) };
  const done = new ChunkReader(backend, options).read(keys, () => undefined);
  stop.abort(new Error('gone'));
  reads[0]!.answer(1);
  await expect(done).rejects.toThrow('gone');
  expect(reads).toHaveLength(1);
});
