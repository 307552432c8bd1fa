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
 * was stored before it, and would be gone by now, becomes a delete. Where operations have versions, the highest one is
 * kept. Markers have done their work when they arrive.
 */
export function planBatch(blocks: Iterable<Block>): BatchPlan {
  const last = new Map<string, Operation>();
  const seenBy = new Map<Operation, SeenCursors>();
  const prefixes = new Map<string, Buffer>();
  let received = 0;
  let hasVersions = false;
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
      const name = operation.key.toString('latin1');
      hasVersions ||= operation.version !== undefined;
      const left = hasVersions ? newerOf(last.get(name), operation) : operation;
      last.set(name, left);
      if (seen !== undefined) seenBy.set(left, seen);
    }
  }
  return { clears: [...prefixes.values()], operations: [...last.values()], seenBy, received };
}

/** Of two operations of one key, what both come to. Without a version nobody knows which of them is the newer one. */
function newerOf(before: Operation | undefined, operation: Operation): Operation {
  if (before === undefined || (before.version === undefined && operation.version === undefined)) return operation;
  if (before.version === undefined || operation.version === undefined) return { kind: 'delete', key: operation.key };
  const [earlier, later] = [BigInt(before.version), BigInt(operation.version)];
  // Of the same version, a delete wins.
  return earlier > later || (earlier === later && before.kind === 'delete') ? before : operation;
}
