import { isUtf8 } from 'node:buffer';

/** @throws TypeError for half of a surrogate pair, which has no bytes in UTF-8. */
export function encodeUtf8(text: string): Buffer {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('a string with half of a surrogate pair has no UTF-8 form');
  return Buffer.from(text, 'utf8');
}

/** @throws Error where the bytes are no UTF-8: `toString` would put other characters in their place. */
export function decodeUtf8(data: Buffer): string {
  if (!isUtf8(data)) throw new Error('the bytes are no UTF-8 text');
  return data.toString('utf8');
}
