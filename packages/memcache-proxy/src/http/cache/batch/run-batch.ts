import type { Key, StoreOutcome } from '@lockstep/memcache';

import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';
import type { CacheFace } from '../cache-face.ts';
import { readDuration } from '../request-fields.ts';
import { batchTooLarge } from './batch-error.ts';
import type { BatchOp, BatchOutcome } from './batch-op.ts';
import { overloaded, type PendingReply } from './pending-replies.ts';
import { planWaves } from './plan-waves.ts';

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

/** Keys that are read at once: what the answer may be over its bound by is bounded with it. */
const KEYS_PER_READ = 128;
const miss: BatchOutcome = { status: 'miss' };

/**
 * Carries out a batch and resolves with an outcome for each operation, in their order. Operations on
 * one key run in the order of the batch, all others at the same time: the reads in one round trip per
 * node. Never rejects, but with the reason of the signal.
 */
export async function runBatch(
  face: CacheFace,
  prepared: readonly PreparedOp[],
  options: RunOptions,
): Promise<BatchOutcome[]> {
  const outcomes: BatchOutcome[] = Array.from({ length: prepared.length }, () => miss);
  let replyBytes = 0;

  async function readAll(indexes: readonly number[]): Promise<void> {
    for (let start = 0; start < indexes.length; start += KEYS_PER_READ) {
      options.signal?.throwIfAborted();
      const part =
        start === 0 && indexes.length <= KEYS_PER_READ ? indexes : indexes.slice(start, start + KEYS_PER_READ);
      if (replyBytes > options.maxReplyBytes) {
        for (const index of part) outcomes[index] = tooMuch(options.maxReplyBytes);
        continue;
      }
      const keys = part.map((index) => (prepared[index] as { readonly storedKey: Key }).storedKey);
      const items = await face.backend.getMany(keys, { signal: options.signal });
      part.forEach((index, position) => {
        const item = items[position];
        if (item === undefined) return;
        if (item instanceof Error) {
          outcomes[index] = { status: 'error', error: item };
          return;
        }
        replyBytes += item.value.length;
        if (replyBytes > options.maxReplyBytes) outcomes[index] = tooMuch(options.maxReplyBytes);
        else if (options.pending.take(item.value.length)) outcomes[index] = { status: 'hit', item };
        else outcomes[index] = { status: 'error', error: overloaded() };
      });
    }
  }

  for (const wave of planWaves(prepared)) {
    options.signal?.throwIfAborted();
    const reads: number[] = [];
    const writes: Promise<void>[] = [];
    for (const index of wave) {
      const entry = prepared[index]!;
      if ('error' in entry) outcomes[index] = { status: 'error', error: entry.error };
      else if (entry.op.verb === 'get') reads.push(index);
      else writes.push(write(face, entry.op, entry.storedKey).then((outcome) => void (outcomes[index] = outcome)));
    }
    // All started before any is waited for, and all waited for before one fails: none is left that nobody hears of.
    const ended = await Promise.allSettled([readAll(reads), ...writes]);
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  }
  return outcomes;
}

async function write(face: CacheFace, op: BatchOp, key: Key): Promise<BatchOutcome> {
  try {
    return await send(face, op, key);
  } catch (error) {
    if (error instanceof MemcacheProxyError) return { status: 'error', error };
    throw error;
  }
}

async function send({ backend, clock }: CacheFace, op: BatchOp, key: Key): Promise<BatchOutcome> {
  const { verb, value, flags, number } = op;
  const ttlSeconds = op.ttl === 0 ? 0 : readDuration('ttl', String(op.ttl), clock.now());
  const options = { flags, ttlSeconds };
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
      return toOutcome(await backend[verb](key, value));
    case 'cas':
      return toOutcome(await backend.cas(key, value, number, options));
    case 'delete':
      return { status: (await backend.delete(key)) ? 'done' : 'not-found' };
    case 'touch':
      return { status: (await backend.touch(key, ttlSeconds)) ? 'done' : 'not-found' };
    case 'incr':
    case 'decr':
  }
  const count = await backend[verb](key, number);
  return count === undefined ? { status: 'not-found' } : { status: 'count', count };
}

function toOutcome(outcome: StoreOutcome): BatchOutcome {
  return { status: outcome === 'stored' ? 'done' : outcome };
}

function tooMuch(maxReplyBytes: number): BatchOutcome {
  const message = `the values of one batch have at most ${maxReplyBytes} bytes: ask for this key again`;
  return { status: 'error', error: batchTooLarge(message) };
}
