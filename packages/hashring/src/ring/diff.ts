import { nodeAddress } from '../labels/address.ts';
import type { HashSpace } from './hash-space.ts';
import { countPairs } from './pair-counts.ts';
import type { Ring } from './ring.ts';
import { SAMPLES, sampleKeys } from './sample-keys.ts';
import { spaceOf } from './shares.ts';

/** What moves from one ring to another. */
export interface RingDiff {
  /** The share of the hash space whose node has another host or port. */
  readonly moved: number;
  /** Where it moves, the largest share first. */
  readonly moves: readonly RingMove[];
  /** Whether the shares are exact; if not they were counted over `samples` keys. */
  readonly exact: boolean;
  readonly samples: number;
}

/** A part of the hash space that moves. */
export interface RingMove {
  /** Index in the old ring. */
  readonly from: number;
  /** Index in the new ring. */
  readonly to: number;
  readonly share: number;
}

/** See {@link Ring.diff}. */
export function diffRings(from: Ring, to: Ring): RingDiff {
  if (!Array.isArray((to as Partial<Ring> | undefined)?.nodes)) throw new TypeError('diff takes another ring');
  const counts = new Map<number, number>();
  const width = to.nodes.length;
  const add = (a: number, b: number, count: number): void => {
    const pair = a * width + b;
    counts.set(pair, (counts.get(pair) ?? 0) + count);
  };
  const space = comparableSpaces(spaceOf(from), spaceOf(to));
  const exact = space !== undefined && countPairs(...space, add);
  if (!exact) for (const key of sampleKeys(from, to)) add(from.pick(key), to.pick(key), 1);
  const total = exact ? space[0].size : SAMPLES;
  const moves = [...counts]
    .map(([pair, count]) => ({ from: Math.floor(pair / width), to: pair % width, share: count / total }))
    .filter((move) => nodeAddress(from.nodes[move.from]!) !== nodeAddress(to.nodes[move.to]!))
    .sort((a, b) => b.share - a.share);
  return { moved: moves.reduce((sum, { share }) => sum + share, 0), moves, exact, samples: exact ? 0 : SAMPLES };
}

/** Both spaces, where the same key has the same value in them. */
function comparableSpaces(
  a: HashSpace | undefined,
  b: HashSpace | undefined,
): readonly [HashSpace, HashSpace] | undefined {
  return a !== undefined && b !== undefined && a.id === b.id && a.size === b.size ? [a, b] : undefined;
}
