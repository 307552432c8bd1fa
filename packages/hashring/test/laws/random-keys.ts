import type { Ring } from '../../src/index.ts';
import { sampleKeys } from '../../src/ring/sample-keys.ts';

/** How many keys are drawn where shares are compared with what keys get. */
export const DRAWN = 200_000;

const random = [...randomTexts(DRAWN)];

/**
 * Keys without any order, the same in every run; numbers for rings that take nothing else. Keys that are counted up
 * would not do: the weaker hashes do not spread them over all their values.
 */
export function randomKeys(...rings: readonly Ring[]): readonly string[] {
  const numbers = rings.some(
    ({ options }) => 'hash' in options && (options.hash === 'uint64' || options.hash === 'crc32c'),
  );
  return numbers ? [...sampleKeys(...rings)] : random;
}

/** Texts of 16 ASCII letters from the high bits of a linear congruential generator (Knuth's MMIX in 32 bits). */
function* randomTexts(count: number): Iterable<string> {
  let state = 1;
  for (let i = 0; i < count; i++) {
    let text = '';
    for (let j = 0; j < 16; j++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      text += String.fromCharCode(0x30 + ((state >>> 26) & 0x3f));
    }
    yield text;
  }
}

/**
 * The counts that are further from the shares than chance goes: five standard deviations, and a little more where next
 * to nothing is expected.
 */
export function beyondChance(counts: readonly number[], shares: readonly number[], total: number): number[] {
  return counts.filter((count, i) => {
    const share = shares[i]!;
    return Math.abs(count - share * total) > 5 * Math.sqrt(share * (1 - share) * total) + 3;
  });
}
