/** A share as a percentage of two decimals, and of as many as it takes to be other than zero where it is not zero. */
export function percent(share: number): string {
  const value = share * 100;
  const size = Math.abs(value);
  const decimals = size > 0 && size < 0.01 ? Math.min(12, Math.ceil(-Math.log10(size)) + 1) : 2;
  return `${value.toFixed(decimals)} %`;
}

/** A change of a share: as {@link percent}, always with its sign. */
export function signedPercent(change: number): string {
  return change > 0 ? `+${percent(change)}` : percent(change);
}
