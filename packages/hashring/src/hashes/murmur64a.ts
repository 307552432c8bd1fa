import { bytes, loadKey, words } from '../keys/key-buffer.ts';
import { half, type Hash64 } from './hash64.ts';
import { multiplyHigh } from './uint64.ts';

const LOW = 0x5bd1e995;
const HIGH = 0xc6a4a793 | 0;

/** MurmurHash64A (Appleby): MurmurHash2 for 64-bit machines, mcrouter's main hash. */
export const murmur64a: Hash64 = {
  name: 'murmur64a',
  key: (key) => murmur64aBuffered(loadKey(key), 0),
  buffered: murmur64aBuffered,
};

function murmur64aBuffered(length: number, seed: number): void {
  let low = seed ^ Math.imul(length, LOW);
  let high = timesM(length, 0);
  const source = words;
  const whole = (length >> 3) << 1;
  for (let at = 0; at < whole; at += 2) {
    const blockLow = Math.imul(source[at]!, LOW);
    const blockHigh = timesM(source[at]!, source[at + 1]!);
    const mixedLow = blockLow ^ (blockHigh >>> 15);
    const blended = low ^ Math.imul(mixedLow, LOW);
    high = timesM(blended, high ^ timesM(mixedLow, blockHigh));
    low = Math.imul(blended, LOW);
  }
  if ((length & 7) > 0) {
    const end = (whole + 2) << 2;
    for (let i = length; i < end; i++) bytes[i] = 0;
    const blended = low ^ source[whole]!;
    high = timesM(blended, high ^ source[whole + 1]!);
    low = Math.imul(blended, LOW);
  }
  finish(low, high);
}

/** MurmurHash64A of the eight bytes of the value in {@link half}, which the result replaces. */
export function rehash64a(seed: number): void {
  const blockLow = Math.imul(half[0]!, LOW);
  const blockHigh = timesM(half[0]!, half[1]!);
  const mixedLow = blockLow ^ (blockHigh >>> 15);
  const low = seed ^ (8 * LOW) ^ Math.imul(mixedLow, LOW);
  const high = timesM(8, 0) ^ timesM(mixedLow, blockHigh);
  finish(Math.imul(low, LOW), timesM(low, high));
}

function finish(low: number, high: number): void {
  const mixed = low ^ (high >>> 15);
  const last = timesM(mixed, high);
  half[0] = Math.imul(mixed, LOW) ^ (last >>> 15);
  half[1] = last;
}

/** The high half of a 64-bit integer times the constant of the algorithm. */
function timesM(low: number, high: number): number {
  return (multiplyHigh(low, LOW) + Math.imul(low, HIGH) + Math.imul(high, LOW)) | 0;
}
