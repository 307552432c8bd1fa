const DIGITS = /^\d{1,9}$/;
const SIGNED = /^[+-]?\d+$/;
const UNSIGNED = /^(?:\+?\d+|-0+)$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * A signed number the way memcached 1.6.18 reads a TTL or a length: it must fit in 64 bits, and of
 * those the lower 32 count.
 */
export function parseInt32(token: Buffer): number | undefined {
  const text = token.toString('latin1');
  if (DIGITS.test(text)) return Number(text);
  if (!SIGNED.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return value < MIN_INT64 || value > MAX_INT64 ? undefined : Number(BigInt.asIntN(32, value));
}

/** An unsigned number the way memcached 1.6.18 reads client flags: of its 64 bits the lower 32 count. */
export function parseUint32(token: Buffer): number | undefined {
  const text = token.toString('latin1');
  if (DIGITS.test(text)) return Number(text);
  const value = parseUint64(token);
  return value === undefined ? undefined : Number(BigInt.asUintN(32, value));
}

/** An unsigned 64-bit number, such as a CAS value. */
export function parseUint64(token: Buffer): bigint | undefined {
  const text = token.toString('latin1');
  if (!UNSIGNED.test(text)) return undefined;
  const value = BigInt(text.replace(/^[+-]/, ''));
  return value > MAX_UINT64 ? undefined : value;
}
