import { half } from './hash64.ts';
import { multiplyHigh } from './uint64.ts';

const LOW = 0xeb382d69 | 0;
const HIGH = 0x9ddfea08 | 0;

/** CityHash's Hash128to64 (Pike and Alakuijala), with the result in {@link half}: mcrouter's mix of a server and a key. */
export function hash128to64(upperLow: number, upperHigh: number, lowerLow: number, lowerHigh: number): void {
  const firstLow = lowerLow ^ upperLow;
  const firstHigh = timesM(firstLow, lowerHigh ^ upperHigh);
  const secondLow = upperLow ^ Math.imul(firstLow, LOW) ^ (firstHigh >>> 15);
  const secondHigh = timesM(secondLow, upperHigh ^ firstHigh);
  const thirdLow = Math.imul(secondLow, LOW) ^ (secondHigh >>> 15);
  half[0] = Math.imul(thirdLow, LOW);
  half[1] = timesM(thirdLow, secondHigh);
}

function timesM(low: number, high: number): number {
  return (multiplyHigh(low, LOW) + Math.imul(low, HIGH) + Math.imul(high, LOW)) | 0;
}
