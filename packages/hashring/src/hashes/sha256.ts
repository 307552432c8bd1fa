import { loadKey } from '../keys/key-buffer.ts';
import { padBlocks, readBlock } from './big-endian-blocks.ts';
import type { Hash } from './hash.ts';

/** The digest that was computed last, as eight big-endian words. */
export const sha256Digest: Int32Array = new Int32Array(8);

const primes = firstPrimes(64);
/** The first 32 bits behind the point of the square roots of eight primes, and of the cube roots of 64. */
const initial = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const constants = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const schedule = new Int32Array(64);

/** SHA-256 (RFC 6234); its value is the first big-endian word. */
export const sha256: Hash = {
  name: 'sha256',
  key: (key) => sha256Buffered(loadKey(key)),
  buffered: sha256Buffered,
};

/** Leaves the whole digest of the first `length` bytes of the key buffer in {@link sha256Digest}; returns its first word. */
export function sha256Buffered(length: number): number {
  const blocks = padBlocks(length);
  sha256Digest.set(initial);
  for (let block = 0; block < blocks; block++) addBlock(block);
  return sha256Digest[0]!;
}

function addBlock(block: number): void {
  const w = schedule;
  const state = sha256Digest;
  readBlock(block, w);
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + s1 + ((e & f) ^ (~e & g)) + constants[i]! + w[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
  state[5] = state[5]! + f;
  state[6] = state[6]! + g;
  state[7] = state[7]! + h;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
}

function firstPrimes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}
