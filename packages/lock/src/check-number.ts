/** What a number must be. */
export interface NumberRule {
  readonly min: number;
  /** @default Infinity */
  readonly max?: number;
  /** @default false */
  readonly isInteger?: boolean;
}

/** @throws TypeError when it is no number, RangeError when it does not fit. Undefined always fits. */
export function checkNumber(name: string, value: number | undefined, rule: NumberRule): void {
  if (value === undefined) return;
  const { min, max = Infinity, isInteger = false } = rule;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (value >= min && value <= max && (!isInteger || Number.isInteger(value))) return;
  const kind = isInteger ? 'an integer' : 'a number';
  throw new RangeError(`${name} must be ${kind} from ${min} to ${max}, got ${value}`);
}
