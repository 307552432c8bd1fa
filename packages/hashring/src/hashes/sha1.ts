import { loadKey } from '../keys/key-buffer.ts';
import { padBlocks, readBlock } from './big-endian-blocks.ts';
import type { Hash } from './hash.ts';

/** The digest that was computed last, as five big-endian words. */
export const sha1Digest: Int32Array = new Int32Array(5);

const schedule = new Int32Array(80);

/**
 * SHA-1 (RFC 3174), of which dalli uses the first big-endian word. It is our own because `node:crypto` costs ten times
 * as much for a short text, of which a ring hashes 160 for each node.
 */
export const sha1: Hash = {
  name: 'sha1',
  key: (key) => sha1Buffered(loadKey(key)),
  buffered: sha1Buffered,
};

/** Leaves the whole digest of the first `length` bytes of the key buffer in {@link sha1Digest}; returns its first word. */
export function sha1Buffered(length: number): number {
  const blocks = padBlocks(length);
  sha1Digest[0] = 0x67452301;
  sha1Digest[1] = 0xefcdab89;
  sha1Digest[2] = 0x98badcfe;
  sha1Digest[3] = 0x10325476;
  sha1Digest[4] = 0xc3d2e1f0;
  for (let block = 0; block < blocks; block++) addBlock(block);
  return sha1Digest[0];
}

function addBlock(block: number): void {
  const w = schedule;
  const state = sha1Digest;
  readBlock(block, w);
  for (let i = 16; i < 80; i++) {
    const word = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = (word << 1) | (word >>> 31);
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let i = 0; i < 80; i++) {
    const next = (((a << 5) | (a >>> 27)) + mix(i, b, c, d) + e + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  state[0] = state[0]! + a;
  state[1] = state[1]! + b;
  state[2] = state[2]! + c;
  state[3] = state[3]! + d;
  state[4] = state[4]! + e;
}

/** The function and the constant of a round. */
function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return (d ^ (b & (c ^ d))) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  return round < 60 ? ((b & c) | (d & (b | c))) - 0x70e44324 : (b ^ c ^ d) - 0x359d3e2a;
}
