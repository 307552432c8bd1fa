import type { Key } from '@lockstep/memcache';

import type { BackendClass } from './backend-class.ts';
import { brokenKeyRule } from './key-rule.ts';
import type { NamedPool } from './named-pool.ts';
import type { PoolLike } from './pool-like.ts';
import { PrefixTable } from './prefix-table.ts';
import { Route } from './route.ts';
import { Tally } from './tally.ts';
import { checkTtlBounds } from './ttl-bounds.ts';

const READ_POLICIES: readonly unknown[] = ['first', 'miss-failover', 'fastest'];
const WRITE_POLICIES: readonly unknown[] = ['all', 'first-success', 'async'];
const MAX_CLASSES = 1024;
const MAX_PREFIX_BYTES = 16_384;

/** Which pools serve which keys. */
export interface BackendPools {
  /** For the keys of no class. You own it; the backend never closes it. Its calls must settle by a deadline of their own. */
  readonly pool: PoolLike;
  /** What failed deletes of that pool are spooled under. @default 'main' */
  readonly poolName?: string;
  /** Keys that are served in a way of their own: 1,024 classes at most, with 16,384 bytes of prefixes. @default none */
  readonly classes?: readonly BackendClass[];
}

/** The routes of one configuration. */
export class Routes {
  readonly main: Route;
  /** Those of the classes and the main one. */
  readonly all: readonly Route[];
  readonly #table: PrefixTable<Route> | undefined;

  constructor(main: Route, classes: readonly { readonly prefix: Buffer; readonly value: Route }[]) {
    this.main = main;
    this.all = [main, ...classes.map(({ value }) => value)];
    this.#table = classes.length === 0 ? undefined : new PrefixTable(classes);
  }

  find(key: Key): Route {
    return this.#table === undefined ? this.main : (this.#table.find(key) ?? this.main);
  }

  /** True when every key has the same route. */
  get isSingle(): boolean {
    return this.#table === undefined;
  }

  /** Resolves when no call is under way on any of them. */
  async idle(): Promise<void> {
    await Promise.all(this.all.map((route) => route.idle()));
  }
}

/**
 * Compiles a configuration. Classes keep their counts in `tallies`, and those that are gone lose them.
 *
 * @throws TypeError or RangeError naming the class and the option that makes no sense.
 */
export function compileRoutes(pools: BackendPools, tallies: Map<string, Tally>, total: Tally): Routes {
  const { pool, poolName = 'main', classes = [] } = pools;
  if (classes.length > MAX_CLASSES)
    throw new RangeError(`there can be ${MAX_CLASSES} classes at most, got ${classes.length}`);
  const own: NamedPool = { name: poolName, pool };
  checkNames([own, ...classes.flatMap((each) => each.pools ?? [])]);
  const seen = new Set<string>();
  for (const each of classes) {
    checkClass(each);
    if (seen.has(each.prefix)) throw new TypeError(`there are two classes with the prefix "${each.prefix}"`);
    seen.add(each.prefix);
  }
  // Their table grows with that.
  const bytes = classes.reduce((sum, { prefix }) => sum + Buffer.byteLength(prefix), 0);
  if (bytes > MAX_PREFIX_BYTES)
    throw new RangeError(`all prefixes together can have ${MAX_PREFIX_BYTES} bytes, got ${bytes}`);
  for (const prefix of tallies.keys()) if (prefix !== '' && !seen.has(prefix)) tallies.delete(prefix);
  const tallyOf = (prefix: string): Tally => {
    const tally = tallies.get(prefix) ?? new Tally();
    tallies.set(prefix, tally);
    return tally;
  };
  const routeOf = (each: BackendClass): Route => {
    const { reads = 'first', writes = 'all', minTtlSeconds, maxTtlSeconds, readOnly = false } = each;
    const isBounded = minTtlSeconds !== undefined || maxTtlSeconds !== undefined;
    return new Route({
      pools: each.pools ?? [own],
      reads,
      writes,
      ttl: isBounded ? { minTtlSeconds, maxTtlSeconds } : undefined,
      shadow: each.shadow,
      isReadOnly: readOnly,
      tallies: [tallyOf(each.prefix), total],
    });
  };
  const main = routeOf(classes.find(({ prefix }) => prefix === '') ?? { prefix: '' });
  const named = classes.filter(({ prefix }) => prefix !== '');
  return new Routes(
    main,
    named.map((each) => ({ prefix: Buffer.from(each.prefix), value: routeOf(each) })),
  );
}

function checkClass(each: BackendClass): void {
  const { prefix, pools, reads = 'first', writes = 'all' } = each;
  const name = `the class "${prefix}"`;
  const broken = prefix === '' ? undefined : brokenKeyRule(Buffer.from(prefix));
  if (broken !== undefined) throw new TypeError(`${name}: a prefix ${broken}`);
  if (pools?.length === 0) throw new TypeError(`${name}: pools must not be empty`);
  if (new Set(pools?.map((named) => named.name)).size !== (pools?.length ?? 0))
    throw new TypeError(`${name}: pools must be different ones`);
  if (!READ_POLICIES.includes(reads))
    throw new TypeError(`${name}: reads must be 'first', 'miss-failover' or 'fastest', got ${reads}`);
  if (!WRITE_POLICIES.includes(writes))
    throw new TypeError(`${name}: writes must be 'all', 'first-success' or 'async', got ${writes}`);
  try {
    checkTtlBounds(each);
  } catch (error) {
    throw new RangeError(`${name}: ${(error as Error).message}`);
  }
}

/** One name for two pools would have deletes replayed on the wrong servers. */
function checkNames(pools: readonly NamedPool[]): void {
  const known = new Map<string, PoolLike>();
  for (const { name, pool } of pools) {
    if (typeof name !== 'string' || name === '') throw new TypeError('every pool must have a name');
    if ((known.get(name) ?? pool) !== pool) throw new TypeError(`there are two pools with the name "${name}"`);
    known.set(name, pool);
  }
}
