/** A repeatable source of chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number from `low` up to and including `high`. */
  integer(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** A source of its own, so that what one worker draws does not depend on what others do. */
  fork(): Random;
}

/** Mulberry32: 32 bits of state, good enough to spread load, and the same on every machine. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    integer,
    pick: (items) => {
      const item = items[integer(0, items.length - 1)];
      if (item === undefined) throw new RangeError('cannot pick from an empty list');
      return item;
    },
    fork: () => createRandom(integer(0, 0xffff_ffff)),
  };
}
