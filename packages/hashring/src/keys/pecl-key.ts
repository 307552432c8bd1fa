import type { RingKey } from '../ring/ring.ts';
import { bytes, loadKey, words } from './key-buffer.ts';
import { loadPrefixed } from './prefix.ts';

/** What PECL memcache cuts a key to before it hashes it. */
const MAX_LENGTH = 250;
const UNDERSCORE = 0x5f;

/**
 * Loads a key as PECL memcache 4.0.5 prepares it: behind the prefix, cut to 250 bytes, with an underscore for every
 * control character and space. Returns its length.
 */
export function loadPeclKey(prefix: Uint8Array, key: RingKey): number {
  const whole = prefix.length === 0 ? loadKey(key) : loadPrefixed(prefix, key);
  const length = Math.min(whole, MAX_LENGTH);
  if (hasBlank(length)) for (let i = 0; i < length; i++) if (bytes[i]! <= 0x20) bytes[i] = UNDERSCORE;
  return length;
}

/** Whether one of the first `length` bytes is 0x20 or less; looks at four at a time, since hardly any key has one. */
function hasBlank(length: number): boolean {
  const source = words;
  const end = length >> 2;
  for (let i = 0; i < end; i++) {
    const word = source[i]!;
    // A byte below 0x21 borrows from, or sets, its highest bit.
    if (((word - 0x21212121) & ~word & 0x80808080) !== 0) return true;
  }
  for (let i = end << 2; i < length; i++) if (bytes[i]! <= 0x20) return true;
  return false;
}
