/** A name for a new epoch: 8 random hexadecimal digits. */
export function newEpoch(random: () => number): string {
  return Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}
