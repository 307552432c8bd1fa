import type { HashSpace } from './hash-space.ts';

/** Is told that `count` values belong to `a` in one space and to `b` in the other. */
export type AddPair = (a: number, b: number, count: number) => void;

/** How many places are looked at for an exact answer: a second or less. */
const MAX_STEPS = 2 ** 26;

/**
 * Counts the values of every pair of owners in two spaces of the same values.
 *
 * @returns whether it did: it does not where very long cycles would take too long.
 */
export function countPairs(a: HashSpace, b: HashSpace, add: AddPair): boolean {
  if (a.kind === 'cycle' && b.kind === 'cycle') return countCycles(a, b, add);
  if (a.kind === 'cycle') return countMixed(b, a, (ofB, ofA, count) => add(ofA, ofB, count));
  if (b.kind === 'cycle') return countMixed(a, b, add);
  return countSegments(a, b, add);
}

function countSegments(a: HashSpace, b: HashSpace, add: AddPair): true {
  let i = 0;
  let j = 0;
  for (let at = 0; at < a.size;) {
    const endA = a.starts[i + 1] ?? a.size;
    const endB = b.starts[j + 1] ?? b.size;
    const end = Math.min(endA, endB);
    add(a.owners[i]!, b.owners[j]!, end - at);
    if (endA === end) i++;
    if (endB === end) j++;
    at = end;
  }
  return true;
}

function countCycles(a: HashSpace, b: HashSpace, add: AddPair): boolean {
  const cycle = Math.min(a.size, leastCommonMultiple(a.owners.length, b.owners.length));
  if (cycle > MAX_STEPS) return false;
  for (let value = 0; value < cycle; value++) {
    const count = Math.floor((a.size - 1 - value) / cycle) + 1;
    add(a.owners[value % a.owners.length]!, b.owners[value % b.owners.length]!, count);
  }
  return true;
}

/**
 * One owner of segments after another: of each place in the cycle it is counted how many of his segments begin there
 * and end there, so that one round through the cycle tells how often each place lies within them.
 */
function countMixed(segments: HashSpace, { owners: cycle }: HashSpace, add: AddPair): boolean {
  const { length } = cycle;
  const byOwner = segmentsByOwner(segments);
  if (byOwner.size * length > MAX_STEPS) return false;
  const edges = new Float64Array(length + 1);
  for (const [owner, own] of byOwner) {
    edges.fill(0);
    for (const i of own) {
      const start = segments.starts[i]!;
      const size = (segments.starts[i + 1] ?? segments.size) - start;
      const first = start % length;
      const last = first + (size % length);
      // Every place once for each whole round, and those at the front once more where the rest goes beyond the end.
      edges[0]! += Math.floor(size / length) + (last > length ? 1 : 0);
      edges[first]!++;
      edges[last > length ? last - length : last]!--;
    }
    let count = 0;
    for (let place = 0; place < length; place++) {
      count += edges[place]!;
      if (count > 0) add(owner, cycle[place]!, count);
    }
  }
  return true;
}

function segmentsByOwner({ owners }: HashSpace): Map<number, number[]> {
  const byOwner = new Map<number, number[]>();
  for (const [segment, owner] of owners.entries()) {
    const own = byOwner.get(owner);
    if (own === undefined) byOwner.set(owner, [segment]);
    else own.push(segment);
  }
  return byOwner;
}

function leastCommonMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}
