/** The names of the parts of one entry, all in one hash slot. */
export interface EntryNames {
  /** Who may write, and how old what is stored is: see `lua/entry.ts`. */
  readonly meta: string;
  /** A string, hash, list or sorted set. */
  readonly data: string;
  /** The ids of a hash in their order, a sorted set by position. */
  readonly order: string;
  /** Where a large replacement with this name is gathered: its data and its order. */
  readonly staged: (name: string) => readonly [string, string];
}

/** The longest prefix. */
const MAX_PREFIX = 100;

/**
 * Names what belongs to a prefix. All names of a key begin with `{<prefix><key>}`: what Redis Cluster hashes ends at
 * the first closing brace, wherever that is, so they share their slot. What follows the last one tells them apart.
 *
 * @throws RangeError for a prefix that is empty, has braces, or more than 100 characters.
 */
export function createRedisNames(prefix: string): (key: string) => EntryNames {
  if (prefix === '' || prefix.length > MAX_PREFIX || /[{}]/.test(prefix)) {
    throw new RangeError(`prefix must be 1 to ${MAX_PREFIX} characters without braces, got "${prefix}"`);
  }
  return (key) => {
    const base = `{${prefix}${key}}`;
    return {
      meta: `${base}:m`,
      data: `${base}:d`,
      order: `${base}:o`,
      staged: (name) => [`${base}:${name}:sd`, `${base}:${name}:so`],
    };
  };
}
