import { CHAR_CODE_AT } from '../keys/char-code-at.ts';
import { keyText } from '../keys/key-text.ts';
import type { RingKey } from '../ring/ring.ts';

const charCodeAt = CHAR_CODE_AT;

/** Java's `String.hashCode()`, over UTF-16 units, as a signed 32-bit integer: memjs and spymemcached's `NATIVE_HASH`. */
export function javaStringHash(key: RingKey): number {
  const text = keyText(key);
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + charCodeAt.call(text, i)) | 0;
  return hash;
}
