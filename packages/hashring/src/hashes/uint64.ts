/*
 * Arithmetic on unsigned 64-bit integers as two signed 32-bit halves: a BigInt would be allocated at every step.
 * A product modulo 2^64 is `imul(aLow, bLow)` below, and above it
 * `multiplyHigh(aLow, bLow) + imul(aLow, bHigh) + imul(aHigh, bLow)`.
 */

/** The high half of the product of two unsigned 32-bit integers. */
export function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const first = Math.imul(a1, b0);
  const second = Math.imul(a0, b1);
  const middle = (Math.imul(a0, b0) >>> 16) + (first & 0xffff) + (second & 0xffff);
  return (Math.imul(a1, b1) + (first >>> 16) + (second >>> 16) + (middle >>> 16)) | 0;
}

/** What a sum of two low halves carries into the high one, given the sum and either summand. */
export function carry(sum: number, summand: number): 0 | 1 {
  return sum >>> 0 < summand >>> 0 ? 1 : 0;
}

/**
 * The remainder of an unsigned 64-bit integer.
 *
 * @param divisor an integer from 1 to 2^20.
 * @param inverse 1 / divisor: to multiply is several times faster than to divide.
 */
export function modulo64(low: number, high: number, divisor: number, inverse: number): number {
  const top = high >>> 0;
  // The error of a product with the inverse is less than 1 / divisor: a quotient can be too small by one where there is
  // no remainder, and never too large.
  const carried = top - Math.floor(top * inverse) * divisor;
  const whole = carried * 0x1_0000_0000 + (low >>> 0);
  const rest = whole - Math.floor(whole * inverse) * divisor;
  return (rest >= divisor ? rest - divisor : rest) | 0;
}
