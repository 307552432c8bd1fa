import { half } from '../hashes/hash64.ts';
import { carry, multiplyHigh } from '../hashes/uint64.ts';
import { bytes } from './key-buffer.ts';

/**
 * Reads a decimal number from the bytes `from` (inclusive) to `to` (exclusive) of the key buffer into `half`.
 *
 * @throws RangeError where that is not a number below 2^64.
 */
export function readUint64(from: number, to: number): void {
  let low = 0;
  let high = 0;
  let valid = to > from;
  for (let at = from; at < to && valid; at++) {
    const digit = bytes[at]! - 48;
    const tens = Math.imul(low, 10);
    const overflow = multiplyHigh(low, 10);
    low = (tens + digit) | 0;
    const added = overflow + carry(low, tens);
    const sum = (high >>> 0) * 10 + added;
    valid = digit >= 0 && digit <= 9 && sum <= 0xffffffff;
    high = sum | 0;
  }
  if (!valid) throw new RangeError(`a key must be a decimal number below 2^64, got ${text(from, to)}`);
  half[0] = low;
  half[1] = high;
}

function text(from: number, to: number): string {
  return JSON.stringify(new TextDecoder().decode(bytes.subarray(from, to)));
}
