/** The id before every entry. */
export const FIRST_ID = '0-0';

const ID = /^(0|[1-9]\d{0,19})-(0|[1-9]\d{0,19})$/;

/** Negative when `a` is older than `b`, positive when it is newer, 0 when they are the same entry. */
export function compareIds(a: string, b: string): number {
  const [aTime = '', aSequence = ''] = a.split('-');
  const [bTime = '', bSequence = ''] = b.split('-');
  return compareDecimals(aTime, bTime) || compareDecimals(aSequence, bSequence);
}

/**
 * Returns `id` when it is a full entry id.
 *
 * @throws RangeError when it is not.
 */
export function checkedId(id: string): string {
  if (!ID.test(id)) throw new RangeError(`an entry id looks like 1700000000000-0, got ${JSON.stringify(id)}`);
  return id;
}

// Both parts go up to 2 ** 64 - 1, more than a double holds. Without leading zeros the longer one is greater.
function compareDecimals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
