import type { RingKey } from '../ring/ring.ts';
import { bytes, loadKey, reserve } from './key-buffer.ts';

/** Loads a key with a prefix in front of it, both as bytes, and returns the length of the two. */
export function loadPrefixed(prefix: Uint8Array, key: RingKey): number {
  const length = loadKey(key);
  reserve(prefix.length + length);
  bytes.copyWithin(prefix.length, 0, length);
  bytes.set(prefix);
  return prefix.length + length;
}
