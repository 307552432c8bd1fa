/** @throws RangeError when it is not a whole number from 1 */
export function checkCount(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} must be a whole number from 1, got ${value}`);
}

/** @throws RangeError when it is not a finite number from `least` */
export function checkAtLeast(name: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new RangeError(`${name} must be at least ${least}, got ${value}`);
}
