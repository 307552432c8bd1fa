import type { Block } from '../block/block-codec.ts';
import { isMarker } from '../block/marker.ts';
import type { Operation } from '../operation/operation.ts';
import type { SeenCursors } from '../operation/seen-cursors.ts';

/** What a batch comes to: first the clears, then the operations, of which there is one for each key. */
export interface BatchPlan {
  /** Each prefix once. */
  readonly clears: readonly Buffer[];
  readonly operations: readonly Operation[];
  /** The version vectors of those operations that came with one. */
  readonly seenBy: ReadonlyMap<Operation, SeenCursors>;
  /** Operations as they came. */
  readonly received: number;
}

/**
 * Keeps the last operation of each key. What is left has one operation per key, so the order between them no longer
 * matters, and carrying them out twice shows nobody an older value. A clear takes its place before all of them: what
 * was stored before it, and would be gone by now, becomes a delete. Markers have done their work when they arrive.
 */
export function planBatch(blocks: Iterable<Block>): BatchPlan {
  const last = new Map<string, Operation>();
  const seenBy = new Map<Operation, SeenCursors>();
  const prefixes = new Map<string, Buffer>();
  let received = 0;
  for (const { operations, clears = [], seen } of blocks) {
    received += operations.length + clears.length;
    for (const prefix of clears) {
      const text = prefix.toString('latin1');
      prefixes.set(text, prefix);
      for (const [name, { kind, key }] of last)
        if (kind === 'set' && name.startsWith(text)) last.set(name, { kind: 'delete', key });
    }
    // latin1 maps each byte to one character: different keys never meet, and it is the cheapest decoding.
    for (const operation of operations) {
      if (isMarker(operation)) continue;
      last.set(operation.key.toString('latin1'), operation);
      if (seen !== undefined) seenBy.set(operation, seen);
    }
  }
  return { clears: [...prefixes.values()], operations: [...last.values()], seenBy, received };
}
