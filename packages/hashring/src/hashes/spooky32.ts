import { bytes, reserve, words } from '../keys/key-buffer.ts';
import { carry } from './uint64.ts';

const CONSTANT = 0xdeadbeef | 0;
/** From this length on, the state has twelve words of 64 bits instead of four. */
const LONG = 192;
const BLOCK = 96;
const SHORT_MIX = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36] as const;
const SHORT_END = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63] as const;
const LONG_MIX = [11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46] as const;
const LONG_END = [44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54] as const;

/** The words of the state, each as its low and its high half. */
const state = new Int32Array(24);

/** SpookyHashV2::Hash32 (Jenkins) of the first `length` bytes of the key buffer: the hash that mcrouter weighs with. */
export function spooky32Buffered(length: number, seed: number): number {
  return length < LONG ? short(length, seed) : long(length, seed);
}

function short(length: number, seed: number): number {
  set(0, seed, 0);
  set(1, seed, 0);
  set(2, CONSTANT, CONSTANT);
  set(3, CONSTANT, CONSTANT);
  const whole = length & ~15;
  for (let at = 0; at < whole; at += 16) {
    // Of every 32 bytes the first half goes into the words c and d, the second into a and b.
    if ((at & 16) > 0) {
      addBlock(0, at);
      continue;
    }
    addBlock(2, at);
    for (let i = 0; i < 12; i++) {
      const word = (i + 2) & 3;
      rotate(word, SHORT_MIX[i]!);
      add(word, (word + 1) & 3);
      xor((word + 2) & 3, word);
    }
  }
  state[7]! += length << 24;
  if (length === whole) {
    addTo(2, CONSTANT, CONSTANT);
    addTo(3, CONSTANT, CONSTANT);
  } else {
    for (let i = length; i < whole + 16; i++) bytes[i] = 0;
    addBlock(2, whole);
  }
  for (let i = 0; i < 11; i++) {
    const word = (i + 2) & 3;
    xor((word + 1) & 3, word);
    rotate(word, SHORT_END[i]!);
    add((word + 1) & 3, word);
  }
  return state[0]!;
}

/** Adds 16 bytes to a word of the state and the one behind it. */
function addBlock(word: number, at: number): void {
  const source = words;
  const first = at >> 2;
  addTo(word, source[first]!, source[first + 1]!);
  addTo(word + 1, source[first + 2]!, source[first + 3]!);
}

function long(length: number, seed: number): number {
  reserve(length + BLOCK);
  for (let word = 0; word < 12; word += 3) {
    set(word, seed, 0);
    set(word + 1, seed, 0);
    set(word + 2, CONSTANT, CONSTANT);
  }
  const rest = length % BLOCK;
  const whole = length - rest;
  const source = words;
  for (let at = 0; at < whole; at += BLOCK) {
    for (let i = 0; i < 12; i++) {
      const before = (i + 11) % 12;
      addTo(i, source[(at >> 2) + i * 2]!, source[(at >> 2) + i * 2 + 1]!);
      xor((i + 2) % 12, (i + 10) % 12);
      xor(before, i);
      rotate(i, LONG_MIX[i]!);
      add(before, (i + 1) % 12);
    }
  }
  for (let i = length; i < whole + BLOCK; i++) bytes[i] = 0;
  bytes[whole + BLOCK - 1] = rest;
  for (let i = 0; i < 12; i++) addTo(i, source[(whole >> 2) + i * 2]!, source[(whole >> 2) + i * 2 + 1]!);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 12; i++) {
      const [before, after] = [(i + 11) % 12, (i + 1) % 12];
      add(before, after);
      xor((i + 2) % 12, before);
      rotate(after, LONG_END[i]!);
    }
  }
  return state[0]!;
}

function set(word: number, low: number, high: number): void {
  state[word * 2] = low;
  state[word * 2 + 1] = high;
}

function addTo(word: number, low: number, high: number): void {
  const sum = (state[word * 2]! + low) | 0;
  set(word, sum, state[word * 2 + 1]! + high + carry(sum, low));
}

function add(to: number, from: number): void {
  addTo(to, state[from * 2]!, state[from * 2 + 1]!);
}

function xor(to: number, from: number): void {
  state[to * 2]! ^= state[from * 2]!;
  state[to * 2 + 1]! ^= state[from * 2 + 1]!;
}

function rotate(word: number, by: number): void {
  const low = state[word * 2]!;
  const high = state[word * 2 + 1]!;
  if (by === 32) set(word, high, low);
  else if (by < 32) set(word, (low << by) | (high >>> (32 - by)), (high << by) | (low >>> (32 - by)));
  else set(word, (high << (by - 32)) | (low >>> (64 - by)), (low << (by - 32)) | (high >>> (64 - by)));
}
