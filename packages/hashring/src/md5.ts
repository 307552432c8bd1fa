import { addMd5Block } from './md5-block.ts';
import type { RingKey } from './ring.ts';

const digest = new Int32Array(4);
const block = new Int32Array(16);
const encoder = new TextEncoder();
let scratch = new Uint8Array(1024);

/**
 * MD5 (RFC 1321) of a key, as four little-endian words. It is our own because `node:crypto` costs ten
 * times as much for a short key, and is not there at all in FIPS mode.
 *
 * @returns words that belong to this module: the next call overwrites them.
 */
export function md5(key: RingKey): Int32Array {
  if (typeof key !== 'string') return md5Bytes(key, key.length);
  start();
  const { length } = key;
  for (let i = 0; i < length; i++) {
    const code = key.charCodeAt(i);
    if (code > 0x7f) return md5Utf8(key);
    addByte(i, code);
  }
  return finish(length);
}

function md5Utf8(key: string): Int32Array {
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (scratch.length < key.length * 3) scratch = new Uint8Array(key.length * 3);
  return md5Bytes(scratch, encoder.encodeInto(key, scratch).written);
}

function md5Bytes(bytes: Uint8Array, length: number): Int32Array {
  start();
  for (let i = 0; i < length; i++) addByte(i, bytes[i]!);
  return finish(length);
}

function start(): void {
  digest[0] = 0x67452301;
  digest[1] = 0xefcdab89;
  digest[2] = 0x98badcfe;
  digest[3] = 0x10325476;
  block.fill(0);
}

function addByte(position: number, byte: number): void {
  const offset = position & 63;
  block[offset >> 2]! |= byte << ((offset & 3) << 3);
  if (offset === 63) addBlock();
}

function addBlock(): void {
  addMd5Block(digest, block);
  block.fill(0);
}

function finish(length: number): Int32Array {
  addByte(length, 0x80);
  // The last eight bytes hold the length in bits; where the end mark left no room for them there is one more
  // block. At offset 63 the mark itself completed the block.
  const offset = length & 63;
  if (offset >= 56 && offset < 63) addBlock();
  block[14] = length << 3;
  block[15] = Math.floor(length / 0x20000000);
  addMd5Block(digest, block);
  return digest;
}
