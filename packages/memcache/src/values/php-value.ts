/**
 * What PHP's strings, integers, floats, booleans, null and arrays are here. An array with the keys
 * 0, 1, 2 … is an Array, any other an object whose integer keys come first, as in every object.
 * Integers are numbers where that is exact and else bigint. A float without a fraction is the same
 * number as an integer, and goes back as one.
 */
export type PhpValue = string | Buffer | number | bigint | boolean | null | readonly PhpValue[] | PhpArray;

/** A PHP array that is no list. */
export interface PhpArray {
  readonly [key: string]: PhpValue;
}

const maxInteger = 2n ** 63n - 1n;

/** The text of PHP's integer, or undefined for what is a float there. */
export function formatPhpInteger(value: number | bigint): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? `${value}` : undefined;
  if (isPhpInteger(value)) return `${value}`;
  throw new RangeError(`${value} is above PHP's 64-bit integers`);
}

/** A whole number of 64 bits from its digits. */
export function parsePhpInteger(text: string): number | bigint {
  if (!/^-?\d{1,19}$/.test(text)) throw new Error('the bytes are no integer of PHP');
  const exact = BigInt(text);
  if (!isPhpInteger(exact)) throw new Error('the integer has more than 64 bits');
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

/** A float from its digits, with this word for infinity: php-memcached and `serialize` differ there. */
export function parsePhpFloat(text: string, infinity: string): number {
  if (text === infinity) return Infinity;
  if (text === `-${infinity}`) return -Infinity;
  if (text.toUpperCase() === 'NAN') return NaN;
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) throw new Error('the bytes are no float of PHP');
  return Number(text);
}

/** The digits of a float, with this word for infinity and this one for what is not a number. */
export function formatPhpFloat(value: number, infinity: string, notANumber: string): string {
  if (Number.isNaN(value)) return notANumber;
  if (!Number.isFinite(value)) return value > 0 ? infinity : `-${infinity}`;
  return Object.is(value, -0) ? '-0' : `${value}`;
}

function isPhpInteger(value: bigint): boolean {
  return value >= -maxInteger - 1n && value <= maxInteger;
}
