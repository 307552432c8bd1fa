/** A deterministic sequence of numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers from 0 to `count` - 1 of which number `n` comes with a chance in proportion to `1 / (n + 1) ** skew`. */
export function zipf(count: number, skew: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank++) sums[rank] = total += 1 / (rank + 1) ** skew;
  return () => {
    const wanted = random() * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** What is read, one number per call. */
export type Trace = () => number;

const COUNT = 10_000;
const SCAN = 2000;

/** Traces by what they stand for. Each starts anew with every call. */
export const traces: Readonly<Record<string, () => Trace>> = {
  'zipf 0.7': () => zipf(COUNT, 0.7, randomFrom(1)),
  'zipf 1.0': () => zipf(COUNT, 1, randomFrom(2)),
  'zipf 1.2': () => zipf(COUNT, 1.2, randomFrom(3)),
  'zipf 1.0, half of all reads are scans of what nobody reads again': () => {
    const random = randomFrom(4);
    const popular = zipf(COUNT, 1, random);
    let [next, left] = [COUNT, 0];
    return () => {
      if (left === 0 && random() < 1 / SCAN) left = SCAN;
      if (left === 0) return popular();
      left--;
      return next++;
    };
  },
  'zipf 1.0, the same scan again and again': () => {
    const random = randomFrom(5);
    const popular = zipf(COUNT, 1, random);
    let left = 0;
    return () => {
      if (left === 0 && random() < 1 / SCAN) left = SCAN;
      if (left === 0) return popular();
      left--;
      return COUNT + left;
    };
  },
  'zipf 0.8 with one read in ten of something new': () => {
    const random = randomFrom(6);
    const popular = zipf(COUNT, 0.8, random);
    let next = COUNT;
    return () => (random() < 0.1 ? next++ : popular());
  },
  'sessions that come, are read for a while, and go': () => {
    const random = randomFrom(7);
    let newest = 0;
    return () => {
      if (random() < 0.05) newest++;
      return newest - Math.floor(-Math.log(1 - random()) * 300);
    };
  },
};

/** What share of `reads` finds its entry, when every miss is filled in. */
export function hitRatio(trace: Trace, reads: number, read: (n: number) => boolean): number {
  let hits = 0;
  for (let i = 0; i < reads; i++) if (read(trace())) hits++;
  return hits / reads;
}
