/** Which node owns which value of the key hash: what exact shares and differences are computed from. */
export interface HashSpace {
  /** Two rings with the same id hash every key to the same value. */
  readonly id: string;
  /** How many values there are. Each counts the same; whether keys reach them evenly is up to the hash. */
  readonly size: number;
  /**
   * `segments`: the values from `starts[i]` up to the next start belong to `owners[i]`; `starts` ascends from 0.
   * `cycle`: value `v` belongs to `owners[v % owners.length]`.
   */
  readonly kind: 'segments' | 'cycle';
  readonly starts: Float64Array;
  readonly owners: Uint32Array;
}

/** A space in which owners repeat: the hash modulo the length of a list. */
export function cycleSpace(id: string, bits: number, owners: ArrayLike<number>): HashSpace {
  return { id, size: 2 ** bits, kind: 'cycle', starts: new Float64Array(0), owners: Uint32Array.from(owners) };
}

/** A space given as a function, for hashes of few bits. */
export function tabulatedSpace(id: string, bits: number, ownerOf: (value: number) => number): HashSpace {
  const starts: number[] = [];
  const owners: number[] = [];
  for (let value = 0; value < 2 ** bits; value++) {
    const owner = ownerOf(value);
    if (owner === owners.at(-1)) continue;
    starts.push(value);
    owners.push(owner);
  }
  return { id, size: 2 ** bits, kind: 'segments', starts: Float64Array.from(starts), owners: Uint32Array.from(owners) };
}
