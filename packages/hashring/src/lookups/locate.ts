/** Finds the position of the point that a hash (a signed or unsigned 32-bit integer) belongs to. */
export type Locate = (hash: number) => number;

/**
 * A way to look up: which of the points in ascending order a hash belongs to. N points cut the hash space in N + 1
 * regions: 0 lies below the first point, N above the last.
 */
export interface Lookup {
  /** Prepares the search. */
  readonly prepare: (values: Uint32Array) => Locate;
  /** How far above the point at its lower end a region begins. */
  readonly regionOffset: 0 | 1;
  /** The position of the point that a region belongs to. */
  readonly regionPoint: (region: number, count: number) => number;
  /** In which direction the points are passed on the way to the next node. */
  readonly step: 1 | -1;
}
