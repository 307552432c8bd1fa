import type { Lookup } from '../lookups/locate.ts';
import { walkPoints } from '../lookups/walk.ts';
import { createPoints, type PointSet, type PointSource } from '../points/point-set.ts';
import { withoutOverwritten } from '../points/without-overwritten.ts';
import type { HashSpace } from '../ring/hash-space.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Origin, Placement } from './algorithm.ts';

/** The parts of an algorithm that puts points on a circle. */
export interface PointRingParts extends PointSource {
  /** Hashes a key, with all that is done to it before. */
  readonly hash: (key: RingKey) => number;
  /** Names `hash` and what it does to the key: equal ids mean equal hashes. */
  readonly hashId: string;
  /** How many low bits `hash` fills. @default 32 */
  readonly hashBits?: number;
  readonly lookup: Lookup;
  /** Whether a point replaces an equal one, so that a walk does not meet the one that lost. @default false */
  readonly overwrite?: boolean;
  /** See {@link Placement.failover}. */
  readonly failover?: (key: RingKey, pick: (hash: number) => number) => Iterable<number>;
}

interface PointPlacement extends Placement {
  readonly points: PointSet;
}

/** Composes a ring of points. Changing one costs a pass over its points, and the hashing of those that are new. */
export function pointRing(parts: PointRingParts, origin?: Origin): PointPlacement {
  const { hash, lookup, failover } = parts;
  const previous = origin?.placement as PointPlacement | undefined;
  const points = createPoints(parts, previous && { points: previous.points, from: origin!.from! });
  const placed = parts.overwrite === true ? withoutOverwritten(points) : points;
  const { values, owners } = placed;
  if (values.length === 0) throw new RangeError('no node has a point: all weights are 0 or too small');
  const locate = lookup.prepare(values);
  // What `pick` reads is half as large where it can be, so that more of it stays in the cache of the processor.
  const compact = points.counts.length <= 2 ** 16 ? Uint16Array.from(owners) : owners;
  return {
    points,
    pick: (key) => compact[locate(hash(key))]!,
    walk: (key) => walkPoints(owners, locate(hash(key)), lookup.step),
    ...(failover && { failover: (key: RingKey) => failover(key, (value) => owners[locate(value)]!) }),
    space: () => segments(parts, placed),
  };
}

function segments({ hashId, hashBits = 32, lookup }: PointRingParts, { values, owners }: PointSet): HashSpace {
  const size = 2 ** hashBits;
  const starts: number[] = [];
  const regionOwners: number[] = [];
  for (let region = 0; region <= values.length; region++) {
    const start = region === 0 ? 0 : values[region - 1]! + lookup.regionOffset;
    if (start >= size) break;
    if (start === starts.at(-1)) {
      // The region before is empty.
      starts.pop();
      regionOwners.pop();
    }
    starts.push(start);
    regionOwners.push(owners[lookup.regionPoint(region, values.length)]!);
  }
  return {
    id: hashId,
    size,
    kind: 'segments',
    starts: Float64Array.from(starts),
    owners: Uint32Array.from(regionOwners),
  };
}
