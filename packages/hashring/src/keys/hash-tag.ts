import type { RingKey } from '../ring/ring.ts';
import { bytes, loadKey } from './key-buffer.ts';

/**
 * Loads the part of a key that twemproxy hashes: what lies between the first byte of the tag and the next second one,
 * or all of it where they are not both there or nothing is between them. Returns its length.
 */
export function loadTagged(tag: Uint8Array, key: RingKey): number {
  const length = loadKey(key);
  const start = indexOfByte(tag[0]!, 0, length) + 1;
  if (start === 0) return length;
  const end = indexOfByte(tag[1]!, start, length);
  if (end <= start) return length;
  bytes.copyWithin(0, start, end);
  return end - start;
}

/** Like `indexOf`, but not beyond the key. */
function indexOfByte(byte: number, from: number, to: number): number {
  const source = bytes;
  for (let i = from; i < to; i++) if (source[i] === byte) return i;
  return -1;
}
