/**
 * The Redis key of the fence of `key`, in the same slot of a Redis Cluster.
 *
 * @throws RangeError for a key with a `}` but no hash tag: nothing can be put beside it. Give it a hash tag.
 */
export function fenceKeyOf(key: string): string {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  if (close > open + 1) return `${key}:fence`;
  if (!key.includes('}')) return `{${key}}:fence`;
  throw new RangeError(`"${key}" has a brace but no hash tag, so that its fence cannot be put into its slot`);
}
