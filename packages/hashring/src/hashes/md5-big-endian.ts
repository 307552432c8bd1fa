import { loadKey } from '../keys/key-buffer.ts';
import { swapBytes } from './big-endian-blocks.ts';
import type { Hash } from './hash.ts';
import { md5Buffered } from './md5.ts';

/** The first eight hexadecimal digits of MD5: its first word as a big-endian number. Flexihash's `Md5Hasher`. */
export const md5BigEndian: Hash = {
  name: 'md5 big-endian',
  key: (key) => swapBytes(md5Buffered(loadKey(key))),
  buffered: (length) => swapBytes(md5Buffered(length)),
};
