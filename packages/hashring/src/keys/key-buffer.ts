import type { RingKey } from '../ring/ring.ts';
import { checkKey } from './check-key.ts';
import { CHAR_CODE_AT } from './char-code-at.ts';

const charCodeAt = CHAR_CODE_AT;

/** What a hash may write behind the key: the padding of its last block and one more. */
const SLACK = 128;
/** A string of more UTF-16 units is encoded by Node: 65 ns, where each unit that is read here costs 1.7 ns. */
const SHORT = 40;

/**
 * The bytes of the key at hand, and the same memory as little-endian words. Every hash reads them here, so that
 * hashing allocates nothing. What lies behind the key is of no meaning, and free to be written on.
 */
export let bytes: Uint8Array = new Uint8Array(4096);
export let words: Int32Array = new Int32Array(bytes.buffer);
/** The same memory once more: `Buffer.write` encodes a string without allocating, which `TextEncoder` may do. */
let buffer: Buffer = Buffer.from(bytes.buffer);

/**
 * Loads a key: a string as its UTF-8 bytes (a lone surrogate becomes U+FFFD, as everywhere in Node).
 *
 * @returns its length in bytes.
 * @throws TypeError when it is neither a string nor a Uint8Array.
 */
export function loadKey(key: RingKey): number {
  if (typeof key !== 'string') return loadBytes(key);
  const { length } = key;
  if (length > SHORT) return loadUtf8(key);
  const target = words;
  const whole = length & ~3;
  let seen = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = charCodeAt.call(key, i);
    const b = charCodeAt.call(key, i + 1);
    const c = charCodeAt.call(key, i + 2);
    const d = charCodeAt.call(key, i + 3);
    seen |= a | b | c | d;
    target[i >> 2] = a | (b << 8) | (c << 16) | (d << 24);
  }
  for (let i = whole; i < length; i++) {
    const code = charCodeAt.call(key, i);
    seen |= code;
    bytes[i] = code;
  }
  return seen > 0x7f ? loadUtf8(key) : length;
}

/** Puts ASCII text behind the first `length` bytes and returns the new length. */
export function appendText(length: number, text: string): number {
  reserve(length + text.length);
  for (let i = 0; i < text.length; i++) bytes[length + i] = charCodeAt.call(text, i);
  return length + text.length;
}

/** Puts an integer of at least 0, in decimal, behind the first `length` bytes and returns the new length. */
export function appendDecimal(length: number, value: number): number {
  let end = length + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
  reserve(end);
  let rest = value;
  for (let at = end - 1; at >= length; at--) {
    bytes[at] = 48 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return end;
}

/** Makes room for `length` bytes and what hashes write behind them; the bytes there are kept. */
export function reserve(length: number): void {
  if (length + SLACK <= bytes.length) return;
  const larger = new Uint8Array(2 ** Math.ceil(Math.log2(length + SLACK)));
  larger.set(bytes);
  bytes = larger;
  words = new Int32Array(larger.buffer);
  buffer = Buffer.from(larger.buffer);
}

function loadUtf8(key: string): number {
  // A UTF-16 unit takes at most three bytes.
  reserve(key.length * 3);
  return buffer.write(key);
}

function loadBytes(key: Uint8Array): number {
  checkKey(key);
  reserve(key.length);
  bytes.set(key);
  return key.length;
}
