/**
 * Where an entry stands in a spool: two whole numbers with `-` between, compared one after the other. In Redis
 * it is the id of the stream's entry, on disk the segment and the index in it.
 */
export type Position = string;

/** Before every entry. */
export const START: Position = '0-0';

/** Negative when `left` comes first, 0 when they are the same. */
export function comparePositions(left: Position, right: Position): number {
  const [leftMajor, leftMinor] = numbersOf(left);
  const [rightMajor, rightMinor] = numbersOf(right);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}

/** The position right before this one, so that reading after it begins with this one. */
export function beforePosition(position: Position): Position {
  const [major, minor] = numbersOf(position);
  if (minor > 0) return `${major}-${minor - 1}`;
  return major === 0 ? START : `${major - 1}-${Number.MAX_SAFE_INTEGER}`;
}

/** The two numbers. */
export function numbersOf(position: Position): readonly [major: number, minor: number] {
  const dash = position.indexOf('-');
  return [Number(position.slice(0, dash)), Number(position.slice(dash + 1))];
}
