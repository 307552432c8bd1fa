import { randomBytes } from 'node:crypto';

import type { PackedDraft } from '../operation/packed-writes.ts';

/** The most keys that one table is opened for. */
export const MAX_TABLE_KEYS = 65_535;
/** More keys than these in a row do not come by chance. */
const MAX_PROBES = 64;
const FNV_PRIME = 0x01_00_01_93;

/**
 * Finds the place of each key among the writes of one batch. It compares bytes where a `Map` needs a text of each key,
 * and is used again for the next batch.
 *
 * Source: FNV-1a by Fowler, Noll and Vo, from a start that nobody outside knows; linear probing.
 */
export class KeyTable {
  readonly #start: number;
  /** The index of a write, and 1. */
  #slots = new Uint32Array(4096);
  #hashes = new Int32Array(2048);
  #mask = 0;

  /** @param start what hashes begin from. */
  constructor(start: number = randomBytes(4).readInt32LE()) {
    this.#start = start;
  }

  /** Begins with no keys, and has room for so many, at most `MAX_TABLE_KEYS`. */
  open(room: number): void {
    const size = 2 ** Math.ceil(Math.log2(2 * room));
    if (this.#slots.length < size) {
      this.#slots = new Uint32Array(size);
      this.#hashes = new Int32Array(size / 2);
    } else this.#slots.fill(0, 0, size);
    this.#mask = size - 1;
  }

  /** The index of the write with that key, which is a new one at the end when there was none; -1 when it is not found soon. */
  place(writes: PackedDraft, keyStart: number, keyEnd: number): number {
    const { bytes, keyStarts, keyEnds } = writes;
    const [slots, hashes, mask] = [this.#slots, this.#hashes, this.#mask];
    let hash = this.#start;
    for (let at = keyStart; at < keyEnd; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME);
    hash = Math.imul(hash ^ (hash >>> 15), FNV_PRIME);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe += 1) {
      const index = (slots[slot] as number) - 1;
      if (index < 0) {
        const added = writes.count;
        writes.count += 1;
        slots[slot] = added + 1;
        hashes[added] = hash;
        keyStarts[added] = keyStart;
        keyEnds[added] = keyEnd;
        return added;
      }
      if (
        hashes[index] === hash &&
        isSame(bytes, keyStarts[index] as number, keyEnds[index] as number, keyStart, keyEnd)
      )
        return index;
      slot = (slot + 1) & mask;
    }
    return -1;
  }
}

function isSame(bytes: Buffer, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let at = 0; at < end - start; at += 1) if (bytes[start + at] !== bytes[otherStart + at]) return false;
  return true;
}
