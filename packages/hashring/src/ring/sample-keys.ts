import type { Ring } from './ring.ts';

/** How many keys are asked where a share cannot be computed: the standard error of a share of 1 % is 0.02 %. */
export const SAMPLES = 200_000;

/** The keys of a sample: always the same, so that two runs agree. */
function sampleKey(index: number): string {
  return `sample:${index}`;
}

/** The keys of a sample that all of the rings take: numbers, where one of them does not hash keys, but reads them. */
export function* sampleKeys(...rings: readonly Ring[]): Iterable<string> {
  const hashes = rings.map(({ options }) => ('hash' in options ? options.hash : undefined));
  const keyAt = hashes.includes('crc32c') ? twoNumbers : hashes.includes('uint64') ? uint64 : sampleKey;
  for (let index = 0; index < SAMPLES; index++) yield keyAt(index);
}

/** SplitMix64 (Steele, Lea and Flood 2014), which maps different indexes to different numbers. */
function uint64(index: number): string {
  let mixed = BigInt.asUintN(64, BigInt(index + 1) * 0x9e37_79b9_7f4a_7c15n);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58_476d_1ce4_e5b9n);
  mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d0_49bb_1331_11ebn);
  return String(mixed ^ (mixed >> 31n));
}

function twoNumbers(index: number): string {
  return `${uint64(index)},${uint64(SAMPLES + index)}`;
}
