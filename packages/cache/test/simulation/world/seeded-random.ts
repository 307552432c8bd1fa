/** A source of numbers that a seed repeats. */
export interface SeededRandom {
  /** A number in [0, 1). */
  readonly next: () => number;
  /** A number in [from, to). */
  between(from: number, to: number): number;
  /** An integer in [0, count). */
  below(count: number): number;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
  pick<T>(list: readonly T[]): T;
  /** Another source, whose numbers do not depend on how many are taken here later. */
  fork(): SeededRandom;
}

/** Mulberry32 (Tommy Ettinger): 32 bits of state, good enough to choose faults by. */
export function seededRandom(seed: number): SeededRandom {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const random: SeededRandom = {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
    between: (from, to) => from + random.next() * (to - from),
    below: (count) => Math.floor(random.next() * count),
    chance: (probability) => random.next() < probability,
    pick: (list) => list[random.below(list.length)] as (typeof list)[number],
    fork: () => seededRandom(random.below(2 ** 31)),
  };
  return random;
}
