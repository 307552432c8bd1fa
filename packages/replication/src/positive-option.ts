/** Returns `value`. @throws RangeError that names the option `what` when it is not a positive whole number. */
export function requirePositiveInteger(what: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`${what} must be a positive whole number, got ${value}`);
}
