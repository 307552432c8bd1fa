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
