import { MAX_KEY_BYTES } from '../backend/key-rule.ts';
import type { StoreHeader } from './command-line.ts';

const SPACE = 0x20;
const ZERO = 0x30;
/** So many digits fit in 32 bits, and need no second thought. */
const MAX_DIGITS = 9;
const NOTHING = Buffer.alloc(0);
const NOREPLY = Buffer.from(' noreply');

/** What a `set` says, and where it lies. One object is filled again and again. */
export class QuickSet {
  keyStart = 0;
  keyEnd = 0;
  /** Whether the key has bytes above 0x7f. */
  hasWideKey = false;
  flags = 0;
  ttlSeconds = 0;
  length = 0;
  noreply = false;
  /** Where the value is, once all of it has been found. */
  chunk: Buffer = NOTHING;
  valueStart = 0;
}

/**
 * Reads `set <key> <flags> <ttl> <length>[ noreply]` from `start` on where it is written as clients write it: single
 * spaces, plain numbers.
 *
 * @returns where it ends, which is for the caller to look at; -1 for everything else, also for what goes on past `limit`.
 */
export function scanQuickSet(bytes: Buffer, start: number, limit: number, set: QuickSet): number {
  if (bytes[start] !== 0x73 || bytes[start + 1] !== 0x65 || bytes[start + 2] !== 0x74 || bytes[start + 3] !== SPACE) {
    return -1;
  }
  const keyStart = start + 4;
  let at = keyStart;
  let bits = 0;
  for (; at < limit; at += 1) {
    const byte = bytes[at] as number;
    if (byte <= SPACE || byte === 0x7f) break;
    bits |= byte;
  }
  if (at === keyStart || at - keyStart > MAX_KEY_BYTES) return -1;
  set.keyStart = keyStart;
  set.keyEnd = at;
  set.hasWideKey = bits > 0x7f;
  const flagsEnd = digitsEnd(bytes, at, limit);
  const ttlEnd = digitsEnd(bytes, flagsEnd, limit);
  const end = digitsEnd(bytes, ttlEnd, limit);
  if (end === -1) return -1;
  set.flags = numberIn(bytes, at + 1, flagsEnd);
  set.ttlSeconds = numberIn(bytes, flagsEnd + 1, ttlEnd);
  set.length = numberIn(bytes, ttlEnd + 1, end);
  set.noreply = end < limit && bytes[end] === SPACE;
  if (!set.noreply) return end;
  const last = end + NOREPLY.length;
  return last <= limit && NOREPLY.compare(bytes, end, last) === 0 ? last : -1;
}

/** The header of a `set` between `start` and `end`. Undefined where `parseLine` has to say what it is. */
export function readQuickSet(bytes: Buffer, start: number, end: number): StoreHeader | undefined {
  const set = new QuickSet();
  if (scanQuickSet(bytes, start, end, set) !== end) return undefined;
  const { keyStart, keyEnd, flags, ttlSeconds, length, noreply } = set;
  const key = Buffer.from(bytes.subarray(keyStart, keyEnd));
  return { kind: 'header', verb: 'set', key, flags, ttlSeconds, cas: 0n, length, noreply };
}

/** Where the number ends that follows a space at `at`; -1 when none does, and where `at` is -1 already. */
function digitsEnd(bytes: Buffer, at: number, limit: number): number {
  if (at === -1 || at >= limit || bytes[at] !== SPACE) return -1;
  const first = at + 1;
  let end = first;
  for (; end < limit; end += 1) {
    const digit = (bytes[end] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
  }
  return end === first || end - first > MAX_DIGITS ? -1 : end;
}

function numberIn(bytes: Buffer, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at += 1) number = number * 10 + (bytes[at] as number) - ZERO;
  return number;
}
