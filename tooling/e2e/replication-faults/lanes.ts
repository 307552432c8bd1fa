/** Seeds that one world goes through, one after the other. */
export interface Lane {
  readonly names: readonly string[];
  readonly seeds: readonly number[];
}

/**
 * Seeds in two lanes that go on beside each other, as most of their time is waiting: for what is frozen, for leases to
 * end. Every third seed has three regions.
 */
export function lanesOf(from: number, count: number): { readonly pair: Lane; readonly mesh: Lane } {
  const seeds = Array.from({ length: count }, (_, at) => from + at);
  const isMesh = (seed: number): boolean => seed % 3 === 2;
  return {
    pair: { names: ['east', 'west'], seeds: seeds.filter((seed) => !isMesh(seed)) },
    mesh: { names: ['east', 'west', 'north'], seeds: seeds.filter(isMesh) },
  };
}
