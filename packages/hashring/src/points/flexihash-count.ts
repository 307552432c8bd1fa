/**
 * How many points Flexihash gives a target: `round($replicas * $weight)`. PHP up to 8.3 rounds to 15 significant
 * digits first, so that 100 × 1.005, which is a little less than 100.5 in floats, comes to 101.
 */
export function flexihashCount(replicas: number, weight: number): number {
  return Math.round(Number((replicas * weight).toPrecision(15)));
}
