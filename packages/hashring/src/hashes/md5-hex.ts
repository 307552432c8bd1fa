import { loadKey } from '../keys/key-buffer.ts';
import type { RingKey } from '../ring/ring.ts';
import { digest, md5Buffered } from './md5.ts';

/** MD5 as 32 hexadecimal digits: what clients put in place of keys that are too long for memcached. */
export function md5Hex(key: RingKey): string {
  md5Buffered(loadKey(key));
  const hex = Buffer.alloc(16);
  for (const [i, word] of digest.entries()) hex.writeInt32LE(word, i * 4);
  return hex.toString('hex');
}
