import { loadKey, words } from '../keys/key-buffer.ts';
import type { Hash } from './hash.ts';
import { zeroTail } from './zero-tail.ts';

/** Bob Jenkins's lookup3 (`hashlittle`) with the initial value 13: libmemcached's and twemproxy's `jenkins`. */
export const jenkins: Hash = {
  name: 'jenkins',
  key: (key) => jenkinsBuffered(loadKey(key)),
  buffered: jenkinsBuffered,
};

function jenkinsBuffered(length: number): number {
  const source = words;
  let a = (0xdeadbeef + length + 13) | 0;
  let b = a;
  let c = a;
  if (length === 0) return c;
  zeroTail(length);
  // The last block has 1 to 12 bytes, followed by zeros.
  const last = Math.floor((length - 1) / 12) * 3;
  for (let word = (length + 3) >> 2; word < last + 3; word++) source[word] = 0;
  for (let at = 0; at < last; at += 3) {
    a = (a + source[at]!) | 0;
    b = (b + source[at + 1]!) | 0;
    c = (c + source[at + 2]!) | 0;
    a = (a - c) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  a = (a + source[last]!) | 0;
  b = (b + source[last + 1]!) | 0;
  c = (c + source[last + 2]!) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) | 0;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
