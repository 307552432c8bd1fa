import { bytes, loadKey, words } from '../keys/key-buffer.ts';
import { half, type Hash64 } from './hash64.ts';
import { carry } from './uint64.ts';

/** SipHash-2-4 (Aumasson and Bernstein) with the seed as its first 64 key bits and 0 as the others. */
export const siphash24: Hash64 = {
  name: 'siphash24',
  key: (key) => siphash24Keyed(loadKey(key), 0, 0),
  buffered: (length, seed) => siphash24Keyed(length, seed, 0),
};

/** The four words of the state, each as its low and its high half. */
const state = new Int32Array(8);

/** SipHash-2-4 of the first `length` bytes of the key buffer; the first key word is given in halves, the second is 0. */
export function siphash24Keyed(length: number, keyLow: number, keyHigh: number): void {
  state[0] = keyLow ^ 0x70736575;
  state[1] = keyHigh ^ 0x736f6d65;
  state[2] = 0x6e646f6d;
  state[3] = 0x646f7261;
  state[4] = keyLow ^ 0x6e657261;
  state[5] = keyHigh ^ 0x6c796765;
  state[6] = 0x79746573;
  state[7] = 0x74656462;
  const source = words;
  const whole = (length >> 3) << 1;
  for (let at = 0; at < whole; at += 2) absorb(source[at]!, source[at + 1]!);
  // The last block holds the rest of the bytes, and the length in its last byte.
  const end = (whole + 2) << 2;
  for (let i = length; i < end - 1; i++) bytes[i] = 0;
  bytes[end - 1] = length;
  absorb(source[whole]!, source[whole + 1]!);
  state[4] ^= 0xff;
  for (let round = 0; round < 4; round++) sipRound();
  half[0] = state[0] ^ state[2] ^ state[4] ^ state[6];
  half[1] = state[1] ^ state[3] ^ state[5] ^ state[7];
}

function absorb(low: number, high: number): void {
  state[6]! ^= low;
  state[7]! ^= high;
  sipRound();
  sipRound();
  state[0]! ^= low;
  state[1]! ^= high;
}

function sipRound(): void {
  addRotateXor(0, 2, 13);
  swap(0);
  addRotateXor(4, 6, 16);
  addRotateXor(0, 6, 21);
  addRotateXor(4, 2, 17);
  swap(4);
}

/** `a += b; b = rotate(b, by) ^ a`. */
function addRotateXor(a: number, b: number, by: number): void {
  const bLow = state[b]!;
  const bHigh = state[b + 1]!;
  const low = (state[a]! + bLow) | 0;
  const high = (state[a + 1]! + bHigh + carry(low, bLow)) | 0;
  state[a] = low;
  state[a + 1] = high;
  state[b] = ((bLow << by) | (bHigh >>> (32 - by))) ^ low;
  state[b + 1] = ((bHigh << by) | (bLow >>> (32 - by))) ^ high;
}

/** A rotation by 32 bits. */
function swap(a: number): void {
  const low = state[a]!;
  state[a] = state[a + 1]!;
  state[a + 1] = low;
}
