import type { Key } from './driver.ts';
import { MemcacheError } from './memcache-error.ts';

const maxKeyBytes = 250;
const excerptLength = 40;

/**
 * The bytes of a key as a string of one character per byte, which is how commands are put together.
 *
 * @throws MemcacheError ERR_MEMCACHE_BAD_KEY when memcached could not take the key as it is.
 */
export function encodeKey(key: Key): string {
  const bytes = typeof key === 'string' ? key : key.toString('latin1');
  if (bytes.length === 0) throw badKey(bytes, 'is empty');
  if (bytes.length > maxKeyBytes) throw badKey(bytes, `has ${lengthInBytes(key)} bytes, more than ${maxKeyBytes}`);
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes.charCodeAt(index);
    if (byte <= 0x20 || byte === 0x7f) {
      throw badKey(bytes, `has the byte 0x${byte.toString(16).padStart(2, '0')} at offset ${index}`);
    }
    if (byte > 0x7f && typeof key === 'string') return encodeKey(Buffer.from(key, 'utf8'));
  }
  return bytes;
}

function lengthInBytes(key: Key): number {
  return typeof key === 'string' ? Buffer.byteLength(key) : key.length;
}

function badKey(bytes: string, reason: string): MemcacheError {
  // A key is foreign input and ends up in logs: printable ASCII only, and not all of it.
  const excerpt = bytes.slice(0, excerptLength).replaceAll(/[^\x21-\x7e]/g, '?');
  const dots = bytes.length > excerptLength ? '…' : '';
  return new MemcacheError('ERR_MEMCACHE_BAD_KEY', `the key "${excerpt}${dots}" ${reason}`);
}
