import type { Operation } from './operation.ts';

/**
 * Many operations without versions, one for each key, whose bytes lie in one piece of memory. Nothing is made for each
 * of them: of a thousand operations, most of the time goes into objects and views that are thrown away at once.
 *
 * The n-th element of each list, up to `count`, is of the n-th operation.
 */
export interface PackedWrites {
  readonly count: number;
  /** What the offsets are into. */
  readonly bytes: Buffer;
  /** Where the key begins, and the offset after it: 1 to 250 bytes. */
  readonly keyStarts: Uint32Array;
  readonly keyEnds: Uint32Array;
  /** Where the value begins; 0 for a delete. */
  readonly valueStarts: Uint32Array;
  readonly valueEnds: Uint32Array;
  /** Opaque 32-bit client flags of a set. */
  readonly flags: Uint32Array;
  /** When a set expires, in seconds since the epoch; 0 never. */
  readonly expiresAt: Float64Array;
}

/** Packed writes while they are being filled. */
export type PackedDraft = PackedWrites & { count: number };

const BYTES_EACH = 8 + 5 * 4;

/** Lists with room for so many operations on `bytes`. */
export function draftWrites(bytes: Buffer, room: number): PackedDraft {
  // One piece for all: each piece of its own costs as much as many operations.
  const memory = new ArrayBuffer(room * BYTES_EACH);
  const list = (index: number): Uint32Array => new Uint32Array(memory, room * (8 + 4 * index), room);
  return {
    count: 0,
    bytes,
    keyStarts: list(0),
    keyEnds: list(1),
    valueStarts: list(2),
    valueEnds: list(3),
    flags: list(4),
    expiresAt: new Float64Array(memory, 0, room),
  };
}

/** Those of `writes` that are at these indexes. */
export function selectWrites(writes: PackedWrites, indexes: readonly number[]): PackedWrites {
  const selected = draftWrites(writes.bytes, indexes.length);
  for (const index of indexes) {
    const at = selected.count;
    selected.keyStarts[at] = writes.keyStarts[index] as number;
    selected.keyEnds[at] = writes.keyEnds[index] as number;
    selected.valueStarts[at] = writes.valueStarts[index] as number;
    selected.valueEnds[at] = writes.valueEnds[index] as number;
    selected.flags[at] = writes.flags[index] as number;
    selected.expiresAt[at] = writes.expiresAt[index] as number;
    selected.count += 1;
  }
  return selected;
}

/** The same operations one by one. Keys and values are views of the packed bytes. */
export function unpackWrites(writes: PackedWrites): Operation[] {
  const { bytes, count } = writes;
  return Array.from({ length: count }, (_, index): Operation => {
    const key = bytes.subarray(writes.keyStarts[index], writes.keyEnds[index]);
    const valueStart = writes.valueStarts[index] as number;
    if (valueStart === 0) return { kind: 'delete', key };
    const value = bytes.subarray(valueStart, writes.valueEnds[index]);
    return {
      kind: 'set',
      key,
      value,
      flags: writes.flags[index] as number,
      expiresAt: writes.expiresAt[index] as number,
    };
  });
}

/** The keys as text where they are ASCII, as nearly all are, else as views of their bytes. */
export function writtenKeys(writes: PackedWrites): (string | Buffer)[] {
  const { bytes, count, keyStarts, keyEnds } = writes;
  let total = 0;
  for (let index = 0; index < count; index += 1) total += (keyEnds[index] as number) - (keyStarts[index] as number);
  const joined = Buffer.allocUnsafe(total);
  let end = 0;
  let seen = 0;
  for (let index = 0; index < count; index += 1) {
    const stop = keyEnds[index] as number;
    for (let at = keyStarts[index] as number; at < stop; at += 1) {
      const byte = bytes[at] as number;
      seen |= byte;
      joined[end] = byte;
      end += 1;
    }
  }
  const keys: (string | Buffer)[] = [];
  if (seen > 0x7f) {
    for (let index = 0; index < count; index += 1) keys.push(bytes.subarray(keyStarts[index], keyEnds[index]));
    return keys;
  }
  // One text of all keys, of which each is a part: to decode them one by one takes several times as long.
  const text = joined.toString('latin1');
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    const stop = start + (keyEnds[index] as number) - (keyStarts[index] as number);
    keys.push(text.slice(start, stop));
    start = stop;
  }
  return keys;
}
