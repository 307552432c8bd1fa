import { bytes } from './key-buffer.ts';

const COLON = 0x3a;

/**
 * The number between the first two colons of the key of `length` bytes in the key buffer, at most 2^31 - 1; -1 where
 * there are no two colons, or anything else between them.
 */
export function shardNumber(length: number): number {
  let at = 0;
  while (at < length && bytes[at] !== COLON) at++;
  const first = at + 1;
  let shard = 0;
  for (at = first; at < length && bytes[at] !== COLON; at++) {
    const digit = bytes[at]! - 48;
    shard = shard * 10 + digit;
    if (digit < 0 || digit > 9 || shard > 0x7fff_ffff) return -1;
  }
  return at > first && at < length ? shard : -1;
}
