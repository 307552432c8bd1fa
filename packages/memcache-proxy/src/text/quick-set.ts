import { MAX_KEY_BYTES } from '../backend/key-rule.ts';
import type { StoreHeader } from './command-line.ts';

const SPACE = 0x20;
const ZERO = 0x30;
/** So many digits fit in 32 bits, and need no second thought. */
const MAX_DIGITS = 9;
const NOREPLY = Buffer.from(' noreply');

/**
 * Reads `set <key> <flags> <ttl> <length>[ noreply]` between `start` and `end` where it is written as clients write
 * it: single spaces, plain numbers. Undefined for everything else, of which `parseLine` knows what it is.
 */
export function readQuickSet(bytes: Buffer, start: number, end: number): StoreHeader | undefined {
  if (bytes[start] !== 0x73 || bytes[start + 1] !== 0x65 || bytes[start + 2] !== 0x74 || bytes[start + 3] !== SPACE) {
    return undefined;
  }
  const keyStart = start + 4;
  let at = keyStart;
  for (; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (byte <= SPACE || byte === 0x7f) break;
  }
  const keyEnd = at;
  if (keyEnd === keyStart || keyEnd - keyStart > MAX_KEY_BYTES) return undefined;
  const numbers = [0, 0, 0];
  for (let index = 0; index < 3; index += 1) {
    if (bytes[at] !== SPACE) return undefined;
    const first = at + 1;
    let number = 0;
    for (at = first; at < end; at += 1) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    if (at === first || at - first > MAX_DIGITS) return undefined;
    numbers[index] = number;
  }
  const noreply = at < end;
  if (noreply && (end - at !== NOREPLY.length || NOREPLY.compare(bytes, at, end) !== 0)) return undefined;
  const [flags, ttlSeconds, length] = numbers as [number, number, number];
  const key = Buffer.from(bytes.subarray(keyStart, keyEnd));
  return { kind: 'header', verb: 'set', key, flags, ttlSeconds, cas: 0n, length, noreply };
}
