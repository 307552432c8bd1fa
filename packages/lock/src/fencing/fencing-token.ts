/** The HTTP header that carries a fencing token: a decimal number of at most 16 digits. */
export const FENCING_TOKEN_HEADER: string = 'Lockstep-Fencing-Token';

/** @throws TypeError when it is not a fencing token: a whole number from 1 to 2^53 - 1. */
export function checkFencingToken(token: number): void {
  if (Number.isSafeInteger(token) && token > 0) return;
  throw new TypeError(`a fencing token is a whole number from 1 to 2^53 - 1, got ${String(token)}`);
}

/**
 * A token as the value of the header `Lockstep-Fencing-Token`.
 *
 * @throws TypeError when it is not a fencing token.
 */
export function formatFencingToken(token: number): string {
  checkFencingToken(token);
  return String(token);
}

/**
 * The token in a header's value, or undefined for anything else: no header, a header that was sent twice, a sign, a
 * leading zero, more than 2^53 - 1.
 */
export function parseFencingToken(value: string | readonly string[] | undefined): number | undefined {
  if (typeof value !== 'string' || !/^[1-9]\d{0,15}$/u.test(value)) return undefined;
  const token = Number(value);
  return Number.isSafeInteger(token) ? token : undefined;
}
