import { CHAR_CODE_AT } from '../keys/char-code-at.ts';
import { loadKey, words } from '../keys/key-buffer.ts';
import type { RingKey } from '../ring/ring.ts';
import { half, type Hash64 } from './hash64.ts';

const charCodeAt = CHAR_CODE_AT;

const M = 0x5bd1e995;

/**
 * MurmurHash64B (Appleby): MurmurHash2 with 64 bits for 32-bit machines. It needs no product of more than 32 bits,
 * which makes it the fastest hash of 64 bits in JavaScript.
 */
export const murmur64b: Hash64 = { name: 'murmur64b', key: murmur64bKey, buffered: murmur64bBuffered };

function murmur64bBuffered(length: number, seed: number): void {
  const source = words;
  const whole = (length >> 3) << 1;
  let high = seed ^ length;
  let low = 0;
  for (let at = 0; at < whole; at += 2) {
    high = Math.imul(high, M) ^ mix(source[at]!);
    low = Math.imul(low, M) ^ mix(source[at + 1]!);
  }
  let at = whole;
  if ((length & 4) > 0) high = Math.imul(high, M) ^ mix(source[at++]!);
  const rest = length & 3;
  if (rest > 0) low = Math.imul(low ^ (source[at]! & ((1 << (rest << 3)) - 1)), M);
  finish(low, high);
}

/** A string of ASCII is hashed where it is, with seed 0: going through the key buffer costs a third more. */
function murmur64bKey(key: RingKey): void {
  if (typeof key !== 'string') return murmur64bBuffered(loadKey(key), 0);
  const { length } = key;
  const whole = length & ~7;
  let high = length;
  let low = 0;
  let seen = 0;
  for (let at = 0; at < whole; at += 8) {
    const a = charCodeAt.call(key, at);
    const b = charCodeAt.call(key, at + 1);
    const c = charCodeAt.call(key, at + 2);
    const d = charCodeAt.call(key, at + 3);
    const e = charCodeAt.call(key, at + 4);
    const f = charCodeAt.call(key, at + 5);
    const g = charCodeAt.call(key, at + 6);
    const h = charCodeAt.call(key, at + 7);
    seen |= a | b | c | d | e | f | g | h;
    high = Math.imul(high, M) ^ mix(a | (b << 8) | (c << 16) | (d << 24));
    low = Math.imul(low, M) ^ mix(e | (f << 8) | (g << 16) | (h << 24));
  }
  let at = whole;
  if ((length & 4) > 0) {
    const a = charCodeAt.call(key, at);
    const b = charCodeAt.call(key, at + 1);
    const c = charCodeAt.call(key, at + 2);
    const d = charCodeAt.call(key, at + 3);
    seen |= a | b | c | d;
    high = Math.imul(high, M) ^ mix(a | (b << 8) | (c << 16) | (d << 24));
    at += 4;
  }
  if (at < length) {
    let rest = 0;
    for (let i = length - 1; i >= at; i--) {
      const code = charCodeAt.call(key, i);
      seen |= code;
      rest = (rest << 8) | code;
    }
    low = Math.imul(low ^ rest, M);
  }
  if (seen > 0x7f) murmur64bBuffered(loadKey(key), 0);
  else finish(low, high);
}

function mix(word: number): number {
  const product = Math.imul(word, M);
  return Math.imul(product ^ (product >>> 24), M);
}

function finish(low: number, high: number): void {
  let first = Math.imul(high ^ (low >>> 18), M);
  const second = Math.imul(low ^ (first >>> 22), M);
  first = Math.imul(first ^ (second >>> 17), M);
  half[0] = Math.imul(second ^ (first >>> 19), M);
  half[1] = first;
}
