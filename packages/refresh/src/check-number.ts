/** What a number must be. */
export interface NumberRule {
  readonly min: number;
  /** @default Infinity */
  readonly max?: number;
  /** @default false */
  readonly isInteger?: boolean;
}

/**
 * The number itself, when it fits the rule.
 *
 * @throws TypeError when it is no number, RangeError when it does not fit.
 */
export function checkNumber(name: string, value: number, rule: NumberRule): number {
  const { min, max = Infinity, isInteger = false } = rule;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!(value >= min && value <= max) || (isInteger && !Number.isInteger(value))) {
    throw new RangeError(
      `${name} must be ${isInteger ? 'an integer' : 'a number'} from ${min} to ${max}, got ${value}`,
    );
  }
  return value;
}

/** @throws TypeError or RangeError unless it is a whole number from 1. */
export function checkCount(name: string, value: number): number {
  return checkNumber(name, value, { min: 1, max: Number.MAX_SAFE_INTEGER, isInteger: true });
}

/** @throws TypeError or RangeError unless it is a finite number from `least`. */
export function checkAtLeast(name: string, value: number, least: number): number {
  return checkNumber(name, value, { min: least, max: Number.MAX_VALUE });
}
