/** As many digits as Python reads too. More would take long to read: the time grows with their square. */
const maxDigits = 4300;

/** A whole number from its decimal digits: a number where that is exact, a bigint where it is not. */
export function parseInteger(text: string): number | bigint {
  if (!/^-?\d+$/.test(text) || text.length > maxDigits) throw new Error('the bytes are no whole number');
  const exact = BigInt(text);
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

/** @throws TypeError for a number that is not whole, or so large that it may stand for its neighbours. */
export function formatInteger(value: number | bigint): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError(`${value} is no whole number within 2^53: use a bigint`);
  }
  // BigInt has no -0.
  const text = BigInt(value).toString();
  if (text.length > maxDigits) throw new RangeError(`a number of ${text.length} digits is above ${maxDigits}`);
  return text;
}
