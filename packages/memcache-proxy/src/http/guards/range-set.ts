import { type AddressRange, networkOf } from './address-range.ts';
import type { IpAddress } from './ip-address.ts';

/** Ranges of addresses, each with an optional end: immutable, made once and asked often. */
export interface RangeSet {
  readonly size: number;
  /** Whether a range has an end, so that an answer can become another with time. */
  readonly hasEnds: boolean;
  /** Whether a range with an end after `nowMs`, or without one, holds the address. */
  has(address: IpAddress, nowMs: number): boolean;
}

/** A range and the end of its time, in milliseconds since the epoch; Infinity without one. */
export interface TimedRange {
  readonly range: AddressRange;
  readonly untilMs: number;
}

/** The ranges of one prefix length, by their first address. */
interface Level {
  readonly prefixBits: number;
  readonly ends: Map<bigint, number>;
}

/**
 * Makes a set that looks an address up once for each prefix length that occurs, not once for each
 * range: 10,000 bans cost what one costs. (`net.BlockList` walks all its rules.)
 */
export function createRangeSet(ranges: Iterable<TimedRange>): RangeSet {
  const levels: Readonly<Record<4 | 6, Level[]>> = { 4: [], 6: [] };
  let size = 0;
  let hasEnds = false;
  for (const { range, untilMs } of ranges) {
    const level = levelFor(levels[range.family], range.prefixBits);
    level.ends.set(range.network, Math.max(untilMs, level.ends.get(range.network) ?? untilMs));
    size += 1;
    if (untilMs !== Number.POSITIVE_INFINITY) hasEnds = true;
  }
  return {
    size,
    hasEnds,
    has: (address, nowMs) =>
      levels[address.family].some(({ prefixBits, ends }) => (ends.get(networkOf(address, prefixBits)) ?? 0) > nowMs),
  };
}

function levelFor(levels: Level[], prefixBits: number): Level {
  const known = levels.find((level) => level.prefixBits === prefixBits);
  if (known !== undefined) return known;
  const level: Level = { prefixBits, ends: new Map() };
  levels.push(level);
  return level;
}
