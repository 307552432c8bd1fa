import type { Mutation } from './mutation.ts';

/**
 * The mutations of a batch, one for each key, whose bytes lie in one piece of memory, so that nothing is made for each
 * of them. The n-th element of each list, up to `count`, is of the n-th mutation.
 */
export interface PackedMutations {
  readonly count: number;
  /** What the offsets are into. It must not change before the call has settled. */
  readonly bytes: Buffer;
  /** Where the key begins, and the offset after it. */
  readonly keyStarts: Uint32Array;
  readonly keyEnds: Uint32Array;
  /** Where the value begins; 0 for a delete. */
  readonly valueStarts: Uint32Array;
  readonly valueEnds: Uint32Array;
  /** Client flags of a set. */
  readonly flags: Uint32Array;
  /** When a set expires, as in a Mutation. */
  readonly expiresAt: Float64Array;
}

/** The same mutations one by one. Keys and values are views of the packed bytes. */
export function unpackMutations(packed: PackedMutations): Mutation[] {
  return Array.from({ length: packed.count }, (_, index): Mutation => {
    const key = keyOf(packed, index);
    const valueStart = packed.valueStarts[index]!;
    if (valueStart === 0) return { kind: 'delete', key };
    const value = packed.bytes.subarray(valueStart, packed.valueEnds[index]);
    return { kind: 'set', key, value, flags: packed.flags[index]!, expiresAt: packed.expiresAt[index]! };
  });
}

/** The key of one of them, a view. */
export function keyOf({ bytes, keyStarts, keyEnds }: PackedMutations, index: number): Buffer {
  return bytes.subarray(keyStarts[index], keyEnds[index]);
}
