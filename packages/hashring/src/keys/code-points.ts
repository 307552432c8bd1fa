import type { RingKey } from '../ring/ring.ts';
import { bytes, loadKey, reserve } from './key-buffer.ts';
import { keyText } from './key-text.ts';
import { CHAR_CODE_AT } from './char-code-at.ts';

const charCodeAt = CHAR_CODE_AT;

/**
 * Loads the lowest eight bits of every code point of a key, for Python clients that hash characters; returns how many
 * there are. Bytes are taken as UTF-8, a lone surrogate is a code point.
 */
export function loadCodePoints(key: RingKey): number {
  const text = keyText(key);
  const { length } = text;
  // UTF-8 is as long as UTF-16 only where all is ASCII.
  if (loadKey(text) === length) return length;
  reserve(length);
  let count = 0;
  for (let i = 0; i < length; i++) {
    const unit = charCodeAt.call(text, i);
    const next = charCodeAt.call(text, i + 1);
    const pair = unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000;
    // The upper half of a pair does not reach the lowest ten bits of its code point.
    if (pair) i++;
    bytes[count++] = pair ? next : unit;
  }
  return count;
}
