const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MAX_SHARDS = 65_536;

/** Whether `name` can stand in a Redis key, a header and a path: letters, digits, `.`, `_`, `-`; 1 to 64 of them. */
export function isRegionName(name: string): boolean {
  return PATTERN.test(name);
}

/** Whether `shard` is the number of a shard: 0 to 65,535. */
export function isShard(shard: number): boolean {
  return Number.isInteger(shard) && shard >= 0 && shard < MAX_SHARDS;
}

/** Returns `name`. @throws RangeError that names the option `what` when it is not a region name. */
export function requireRegionName(what: string, name: string): string {
  if (isRegionName(name)) return name;
  throw new RangeError(
    `${what} must be 1 to 64 letters, digits, ".", "_" or "-" and start with a letter or digit, got ${JSON.stringify(name)}`,
  );
}

/** Returns `shards`. @throws RangeError that names the option `what` when no journal can have so many. */
export function requireShards(what: string, shards: number): number {
  if (Number.isInteger(shards) && shards >= 1 && shards <= MAX_SHARDS) return shards;
  throw new RangeError(`${what} must be 1 to ${MAX_SHARDS}, got ${shards}`);
}
