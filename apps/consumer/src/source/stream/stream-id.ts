/** The id before that of every entry. */
export const firstStreamId: string = '0-0';

/** Negative when the left id is the older one. Both are `ms-number` as Redis writes them. */
export function compareStreamIds(left: string, right: string): number {
  const [leftMs = 0n, leftNumber = 0n] = left.split('-').map(BigInt);
  const [rightMs = 0n, rightNumber = 0n] = right.split('-').map(BigInt);
  const difference = leftMs === rightMs ? leftNumber - rightNumber : leftMs - rightMs;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** Wall-clock milliseconds in an id that Redis made. */
export function millisOf(id: string): number {
  return Number(id.split('-', 1)[0]);
}
