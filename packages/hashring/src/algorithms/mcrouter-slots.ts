import { appendReversed, loadMcrouterKey } from '../keys/mcrouter-key.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Placement } from './algorithm.ts';
import type { McrouterOptions } from './mcrouter-options.ts';

/**
 * Composes an mcrouter hash that places keys by the numbers of servers. mcrouter itself has no further preferences for
 * a key; ours are the places of the key with the numbers 0, 1, 2 … behind it, which is how WeightedCh3 tries again.
 *
 * @param locate the index for the key of `length` bytes in the key buffer.
 */
export function mcrouterSlots(
  count: number,
  { salt, keyPart }: Required<McrouterOptions>,
  locate: (length: number) => number,
): Placement {
  const suffix = new TextEncoder().encode(salt);
  return {
    pick: (key) => locate(loadMcrouterKey(key, keyPart, suffix)),
    *walk(key: RingKey) {
      yield locate(loadMcrouterKey(key, keyPart, suffix));
      // What these tries leave out comes last, in the order of the list.
      const tries = 32 + count * 8;
      for (let i = 0; i < tries; i++) yield locate(appendReversed(loadMcrouterKey(key, keyPart, suffix), i));
    },
  };
}
