import { bytes, words } from '../keys/key-buffer.ts';
import { loadCodePoints } from '../keys/code-points.ts';

/** MurmurHash3_x86_32 (seed 0) of a text that begins with one of several prefixes and ends with the key buffer. */
export interface Murmur3States {
  /** Prepares the first `length` bytes of the key buffer. */
  readonly prepare: (length: number) => void;
  /** The hash, as a signed 32-bit integer, of a prefix and the `length` bytes that are prepared. */
  readonly hash: (prefix: number, length: number) => number;
}

/**
 * Hashes each prefix once, as far as it fills blocks of four bytes. What is left over shifts the words of the key.
 *
 * @param prefixes whose characters are hashed by the lowest eight bits of their code points.
 */
export function murmur3States(prefixes: readonly string[]): Murmur3States {
  const states = new Int32Array(prefixes.length);
  const rests = new Int32Array(prefixes.length);
  const lengths = new Int32Array(prefixes.length);
  for (const [i, prefix] of prefixes.entries()) {
    const length = loadCodePoints(prefix);
    prepare(length);
    let state = 0;
    for (let word = 0; word < length >> 2; word++) state = addBlock(state, words[word]!);
    states[i] = state;
    rests[i] = words[length >> 2]!;
    lengths[i] = length;
  }
  return {
    prepare,
    hash(prefix, length) {
      const source = words;
      const shift = (lengths[prefix]! & 3) << 3;
      const whole = ((lengths[prefix]! & 3) + length) >> 2;
      let carry = rests[prefix]!;
      let state = states[prefix]!;
      for (let i = 0; i < whole; i++) {
        const word = source[i]!;
        state = addBlock(state, carry | (word << shift));
        // A shift by 32 is none; two smaller ones are.
        carry = (word >>> 1) >>> (31 - shift);
      }
      state ^= scramble(carry | (source[whole]! << shift));
      return finish(state ^ (lengths[prefix]! + length));
    },
  };
}

/** Two words of zeros behind the text: the rest of its last word, and one more where a prefix shifts the text. */
function prepare(length: number): void {
  const end = (length & ~3) + 8;
  for (let i = length; i < end; i++) bytes[i] = 0;
}

function addBlock(state: number, word: number): number {
  const mixed = state ^ scramble(word);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** Of 0 it is 0, so that an empty tail changes nothing. */
function scramble(word: number): number {
  const block = Math.imul(word, 0xcc9e2d51);
  return Math.imul((block << 15) | (block >>> 17), 0x1b873593);
}

function finish(state: number): number {
  let hash = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
