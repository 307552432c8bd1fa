/**
 * Numbers from 0 to below 1, the same for the same seed. A linear congruential generator with the constants of
 * "Numerical Recipes": good enough to spread moments over some milliseconds.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
