import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool, type PoolListener, type PoolOptions } from '@lockstep/memcache';

import { poolsOf, type PoolsOfRegion, type RegionPool } from '../topology/pool-topology.ts';

/** What the pools of an app have in common. */
export interface PoolSetOptions {
  /** Hears of what happens to the nodes of a pool. */
  readonly onEvent?: (pool: string, event: Parameters<PoolListener>[0]) => void;
  /** Makes a pool. @default that of `@lockstep/memcache` */
  readonly create?: (options: PoolOptions) => MemcachePool;
}

interface Entry {
  readonly settings: RegionPool;
  readonly pool: MemcachePool;
  readonly gutter: MemcachePool | undefined;
}

/** The pools of a region by name. They outlive a reload wherever they can, and with them their connections. */
export class PoolSet implements AsyncDisposable {
  readonly #options: PoolSetOptions;
  #entries: ReadonlyMap<string, Entry>;

  /** @throws RangeError or TypeError when a ring or a pool cannot be made of what the region says. */
  constructor(region: PoolsOfRegion, options: PoolSetOptions = {}) {
    this.#options = options;
    this.#entries = this.#build(region, new Map());
  }

  /** The pool of that name. @throws TypeError when there is none: a topology was not checked. */
  get(name: string): MemcachePool {
    return poolNamed(this.#entries, name);
  }

  /** The pool of that name, or undefined. */
  find(name: string): MemcachePool | undefined {
    return this.#entries.get(name)?.pool;
  }

  /** Every pool, the default one first. */
  entries(): { readonly name: string; readonly pool: MemcachePool; readonly settings: RegionPool }[] {
    return [...this.#entries].map(([name, { pool, settings }]) => ({ name, pool, settings }));
  }

  /**
   * Goes over to the pools of another version. A pool of which only nodes or ring change is kept and
   * reloaded; others are made anew.
   *
   * @param use has the new pools used, by name; resolves when no call is under way on the old ones. When it rejects, nothing has changed.
   */
  async reload(region: PoolsOfRegion, use: (get: (name: string) => MemcachePool) => Promise<void>): Promise<void> {
    const before = this.#entries;
    const after = this.#build(region, before);
    const isIn = (entries: ReadonlyMap<string, Entry>, pool: MemcachePool): boolean =>
      [...entries.values()].some((entry) => entry.pool === pool);
    try {
      await use((name) => poolNamed(after, name));
    } catch (error) {
      const made = [...after.values()].filter(({ pool }) => !isIn(before, pool));
      await Promise.all(made.map(({ pool }) => pool.close()));
      throw error;
    }
    this.#entries = after;
    const retired = [...before.values()].filter(({ pool }) => !isIn(after, pool));
    await Promise.all([
      ...[...after.values()].map(({ pool, settings }) => follow(pool, settings)),
      ...retired.map(({ pool }) => pool.close()),
    ]);
  }

  /** Closes every pool. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ pool }) => pool.close()));
  }

  #build(region: PoolsOfRegion, before: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> {
    // Clients have keys of any bytes there for as long as this process serves them, whatever the next version says.
    const keepsBinary = [...before.values()].some(({ settings }) => settings.keys === 'binary');
    const wanted = [...poolsOf(region)].map(
      ([name, settings]) => [name, keepsBinary ? { ...settings, keys: 'binary' as const } : settings] as const,
    );
    const built = new Map<string, Entry>();
    const made: MemcachePool[] = [];
    try {
      // A pool that others fall back on comes first.
      for (const [name, settings] of wanted.toSorted(([, left], [, right]) => rank(left) - rank(right))) {
        const gutter = settings.gutter === undefined ? undefined : poolNamed(built, settings.gutter);
        const earlier = before.get(name);
        // Of a wrong ring this throws before anything has changed.
        const ring = createRing(settings.nodes, settings.ring);
        if (earlier !== undefined && earlier.gutter === gutter && isSameBut(earlier.settings, settings)) {
          built.set(name, { settings, pool: earlier.pool, gutter });
          continue;
        }
        const { onEvent, create = createPool } = this.#options;
        const pool = create({
          ring,
          ...poolOptionsOf(settings),
          ...(gutter === undefined ? {} : { gutter }),
          onEvent: (event) => onEvent?.(name, event),
        });
        made.push(pool);
        built.set(name, { settings, pool, gutter });
      }
    } catch (error) {
      for (const pool of made) void pool.close();
      throw error;
    }
    // In the order of the file.
    return new Map(wanted.map(([name]) => [name, built.get(name)!]));
  }
}

function poolNamed(entries: ReadonlyMap<string, Entry>, name: string): MemcachePool {
  const entry = entries.get(name);
  if (entry === undefined) throw new TypeError(`there is no pool ${JSON.stringify(name)}`);
  return entry.pool;
}

function rank({ gutter }: RegionPool): number {
  return gutter === undefined ? 0 : 1;
}

function poolOptionsOf({ hash: _hash, ring: _ring, nodes: _nodes, gutter: _gutter, ...rest }: RegionPool) {
  return rest;
}

/** Whether two pools differ in nodes and ring alone: that much a pool can follow. */
function isSameBut(left: RegionPool, right: RegionPool): boolean {
  return JSON.stringify(sorted(poolOptionsOf(left))) === JSON.stringify(sorted(poolOptionsOf(right)));
}

function sorted(options: object): [string, unknown][] {
  return Object.entries(options).toSorted(([left], [right]) => (left < right ? -1 : 1));
}

async function follow(pool: MemcachePool, { nodes, ring }: RegionPool): Promise<void> {
  const next = createRing(nodes, ring);
  if (JSON.stringify(next.toJSON()) !== JSON.stringify(pool.ring.toJSON())) await pool.reload(next);
}
