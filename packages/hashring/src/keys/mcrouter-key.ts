import type { RingKey } from '../ring/ring.ts';
import { bytes, loadKey, reserve } from './key-buffer.ts';

const SLASH = 0x2f;
const BAR = 0x7c;
const HASH = 0x23;

/** What of a key mcrouter hashes: its routing key, or all of it where it was taken out already. */
export type McrouterKeyPart = 'routing' | 'whole';

/**
 * Loads the part of a key that mcrouter hashes: without the prefix `/region/cluster/`, up to the hash stop `|#|`, and
 * with the salt behind it. Returns its length.
 */
export function loadMcrouterKey(key: RingKey, part: McrouterKeyPart, salt: Uint8Array): number {
  let length = loadKey(key);
  if (part === 'routing') length = cutToRoutingKey(length);
  if (salt.length === 0) return length;
  reserve(length + salt.length);
  bytes.set(salt, length);
  return length + salt.length;
}

/** Puts a number in decimal, its last digit first, behind the first `length` bytes: mcrouter's way to try again. */
export function appendReversed(length: number, value: number): number {
  reserve(length + 16);
  let end = length;
  let rest = value;
  do {
    bytes[end++] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  } while (rest > 0);
  return end;
}

function cutToRoutingKey(length: number): number {
  const start = bytes[0] === SLASH ? prefixEnd(length) : 0;
  const source = bytes;
  let end = start;
  while (
    end < length &&
    !(source[end] === BAR && end + 2 < length && source[end + 1] === HASH && source[end + 2] === BAR)
  )
    end++;
  if (start > 0) bytes.copyWithin(0, start, end);
  return end - start;
}

/** The position behind the third slash, or 0 where there are fewer. */
function prefixEnd(length: number): number {
  let slashes = 0;
  for (let at = 0; at < length; at++) {
    if (bytes[at] !== SLASH) continue;
    slashes++;
    if (slashes === 3) return at + 1;
  }
  return 0;
}
