const zero = 0x30;
const nine = 0x39;
const minus = 0x2d;

/** The decimal number in the bytes from `start` to `end`; -1 when it is none or has more than 15 digits. */
export function readNumber(bytes: Buffer, start: number, end: number): number {
  if (start >= end || end - start > 15) return -1;
  let number = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < zero || byte > nine) return -1;
    number = number * 10 + (byte - zero);
  }
  return number;
}

/** As `readNumber`, and takes `-1`, which memcached says for "never". NaN when it is neither. */
export function readNumberOrNever(bytes: Buffer, start: number, end: number): number {
  const number = readNumber(bytes, start, end);
  if (number >= 0) return number;
  return end - start === 2 && bytes[start] === minus && bytes[start + 1] === zero + 1 ? -1 : Number.NaN;
}

/** The decimal number in the bytes from `start` to `end`; undefined when it is none or above 64 bits. */
export function readBigNumber(bytes: Buffer, start: number, end: number): bigint | undefined {
  const small = readNumber(bytes, start, end);
  if (small >= 0) return BigInt(small);
  if (end - start > 20) return undefined;
  const digits = bytes.toString('latin1', start, end);
  if (!/^\d{16,20}$/.test(digits)) return undefined;
  const number = BigInt(digits);
  return number < 2n ** 64n ? number : undefined;
}

/** Writes a number in decimal; returns where it ends. */
export function writeNumber(bytes: Buffer, start: number, number: number): number {
  let end = start + 1;
  for (let bound = 10; bound <= number; bound *= 10) end++;
  let rest = number;
  for (let at = end - 1; at >= start; at--) {
    const tenth = Math.floor(rest / 10);
    bytes[at] = zero + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}
