import type { Key, StoreOutcome } from '@lockstep/memcache';

import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';
import type { CacheFace } from '../cache-face.ts';
import { readDuration } from '../request-fields.ts';
import type { BatchOp, BatchOutcome } from './batch-op.ts';
import type { PendingReply } from './pending-replies.ts';
import { planWaves } from './plan-waves.ts';
import { ChunkReader } from './read-chunks.ts';

/** One operation that is ready to be carried out, or the reason why it is not. */
export type PreparedOp =
  | { readonly op: BatchOp; readonly storedKey: Key }
  | { readonly op: BatchOp; readonly error: MemcacheProxyError };

/** What bounds the run of a batch. */
export interface RunOptions {
  readonly maxReplyBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** Where the values count against all batches. */
  readonly pending: PendingReply;
}

const miss: BatchOutcome = { status: 'miss' };

/**
 * Carries out a batch and resolves with an outcome for each operation, in their order. Operations on
 * one key run in the order of the batch, all others at the same time: the reads in one round trip per
 * node as long as their values are expected to fit into the answer. Never rejects, but with the reason of the signal.
 */
export async function runBatch(
  face: CacheFace,
  prepared: readonly PreparedOp[],
  options: RunOptions,
): Promise<BatchOutcome[]> {
  const outcomes: BatchOutcome[] = Array.from({ length: prepared.length }, () => miss);
  const reader = new ChunkReader(face.backend, options);

  function readAll(indexes: readonly number[]): Promise<void> {
    const keys = indexes.map((index) => (prepared[index] as { readonly storedKey: Key }).storedKey);
    return reader.read(keys, (position, outcome) => (outcomes[indexes[position]!] = outcome));
  }

  for (const wave of planWaves(prepared)) {
    options.signal?.throwIfAborted();
    const reads: number[] = [];
    const writes: Promise<void>[] = [];
    for (const index of wave) {
      const entry = prepared[index]!;
      if ('error' in entry) outcomes[index] = { status: 'error', error: entry.error };
      else if (entry.op.verb === 'get') reads.push(index);
      else
        writes.push(
          write(face, entry.op, entry.storedKey, options.signal).then((outcome) => void (outcomes[index] = outcome)),
        );
    }
    // All started before any is waited for, and all waited for before one fails: none is left that nobody hears of.
    const ended = await Promise.allSettled([readAll(reads), ...writes]);
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  }
  return outcomes;
}

async function write(face: CacheFace, op: BatchOp, key: Key, signal?: AbortSignal): Promise<BatchOutcome> {
  try {
    return await send(face, op, key, signal);
  } catch (error) {
    if (error instanceof MemcacheProxyError) return { status: 'error', error };
    throw error;
  }
}

async function send({ backend, clock }: CacheFace, op: BatchOp, key: Key, signal?: AbortSignal): Promise<BatchOutcome> {
  const { verb, value, flags, number } = op;
  const ttlSeconds = op.ttl === 0 ? 0 : readDuration('ttl', String(op.ttl), clock.now());
  // A write that waits for its turn is taken back when the client leaves.
  const options = { flags, ttlSeconds, signal };
  switch (verb) {
    case 'get':
      throw new TypeError('a get is no write');
    case 'set':
      await backend.set(key, value, options);
      return { status: 'done' };
    case 'add':
    case 'replace':
      return toOutcome(await backend[verb](key, value, options));
    case 'append':
    case 'prepend':
      return toOutcome(await backend[verb](key, value, { signal }));
    case 'cas':
      return toOutcome(await backend.cas(key, value, number, options));
    case 'delete':
      return { status: (await backend.delete(key, { signal })) ? 'done' : 'not-found' };
    case 'touch':
      return { status: (await backend.touch(key, ttlSeconds, { signal })) ? 'done' : 'not-found' };
    case 'incr':
    case 'decr':
  }
  const count = await backend[verb](key, number, { signal });
  return count === undefined ? { status: 'not-found' } : { status: 'count', count };
}

function toOutcome(outcome: StoreOutcome): BatchOutcome {
  return { status: outcome === 'stored' ? 'done' : outcome };
}
