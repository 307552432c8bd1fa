import { cycleSpace } from '../ring/hash-space.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Placement } from './algorithm.ts';

/** The parts of an algorithm that takes the hash modulo the length of a list. */
export interface ListModuloParts {
  /** Hashes a key, with all that is done to it before. */
  readonly hash: (key: RingKey) => number;
  /** Names `hash` and what it does to the key: equal ids mean equal hashes. */
  readonly hashId: string;
  /** How many low bits `hash` fills. @default 32 */
  readonly hashBits?: number;
  /** Indexes of nodes; where weights count, a node is in it as often as its weight says. */
  readonly list: ArrayLike<number>;
  /** See {@link Placement.failover}. */
  readonly failover?: (key: RingKey, pick: (hash: number) => number) => Iterable<number>;
}

/** Composes a list that the hash is taken modulo of. Nearly every key moves when its length changes. */
export function listModulo({ hash, hashId, hashBits = 32, list, failover }: ListModuloParts): Placement {
  const owners = Uint32Array.from(list);
  const { length } = owners;
  if (length === 0) throw new RangeError('no node has a place: all weights are 0');
  return {
    pick: (key) => owners[(hash(key) >>> 0) % length]!,
    *walk(key) {
      const start = (hash(key) >>> 0) % length;
      for (let i = 0; i < length; i++) yield owners[(start + i) % length]!;
    },
    ...(failover && { failover: (key: RingKey) => failover(key, (value) => owners[(value >>> 0) % length]!) }),
    space: () => cycleSpace(hashId, hashBits, owners),
  };
}

/** The longest list that is made of weights: 16 MiB. */
const MAX_LENGTH = 2 ** 22;

/** Every index as often as its weight says, in order. @throws RangeError where that is too long a list. */
export function repeatedByWeight(weights: readonly number[]): number[] {
  const length = weights.reduce((sum, weight) => sum + weight, 0);
  if (length > MAX_LENGTH)
    throw new RangeError(`the weights sum to ${length}, at most ${MAX_LENGTH} is possible: divide them`);
  return weights.flatMap((weight, index) => Array.from({ length: weight }, () => index));
}
