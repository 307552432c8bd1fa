/** @throws RangeError naming the first option that is not above 0. */
export function checkPositive(options: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value > 0)) throw new RangeError(`${name} must be positive, got ${value}`);
  }
}
