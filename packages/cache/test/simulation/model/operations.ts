import { sleep } from '@lockstep/core';

import type { Versions } from './oracle.ts';
import { type SimNode, tagOf } from './sim-node.ts';
import type { World } from './world.ts';

/** One thing that a node does. Rejects as the cache does. */
export type Operation = (world: World, node: SimNode) => Promise<void>;

const read: Operation = async (world, node) => {
  const { oracle, scheduler, random, keys } = world;
  const key = random.pick(keys);
  const beganAt = scheduler.now;
  const { value, isStale, source } = await node.view.getEntry(key);
  if (!isStale) oracle.served({ node: node.name, key, version: value.version, beganAt, by: `get (${source})` });
};

const readMany: Operation = async ({ oracle, scheduler, keys }, node) => {
  const beganAt = scheduler.now;
  const rows = await node.view.getMany(keys, { graceMs: 0 });
  for (const { key, version } of rows) oracle.served({ node: node.name, key, version, beganAt, by: 'getMany' });
};

/** What everyone does all the time: look whether something is at hand. */
export function peekAll({ oracle, scheduler, keys }: World, node: SimNode): void {
  for (const key of keys) {
    const row = node.view.peek(key);
    if (row === undefined) continue;
    oracle.served({ node: node.name, key, version: row.version, beganAt: scheduler.now, by: 'peek' });
  }
}

function describe(versions: Versions): string {
  return [...versions].map(([key, version]) => `${key} v${version}`).join(', ');
}

function commit({ database, trace }: World, node: SimNode, keys: readonly string[]): Versions {
  const versions = new Map(keys.map((key) => [key, database.write(key)]));
  trace.add(node.name, `commits ${describe(versions)}`);
  return versions;
}

/** Notes what an invalidation has promised, whether it was confirmed or is only owed. */
async function invalidated(
  { oracle, trace }: World,
  node: SimNode,
  versions: Versions,
  promise: Promise<unknown>,
  isEverywhere = false,
): Promise<void> {
  try {
    await promise;
    trace.add(node.name, `invalidated${isEverywhere ? ' everywhere' : ''}: ${describe(versions)}`);
    oracle.confirm(node.name, versions);
    if (isEverywhere) oracle.confirmEverywhere(versions);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ERR_CACHE_INVALIDATION_PENDING') oracle.owe(node.name, versions);
    else if (code === 'ERR_CACHE_NOT_EVERYWHERE') oracle.confirm(node.name, versions);
    throw error;
  }
}

const write: Operation = async (world, node) => {
  const { random, scheduler, scenario } = world;
  if (scheduler.now < world.restsUntil) return read(world, node);
  if (scenario.writesInBursts && random.chance(0.3)) rest(world);
  const keys = [random.pick(world.keys)];
  const everywhere = random.chance(0.3);
  const versions = commit(world, node, keys);
  await invalidated(world, node, versions, node.view.invalidate(keys, { everywhere, timeoutMs: 4000 }), everywhere);
};

/** A write of a service that knows the log and no tier. */
const writeElsewhere: Operation = async (world, node) => {
  const { scheduler, random, keys, scenario } = world;
  // What it leaves in memcached goes only when somebody who heard of it lives on and can delete it.
  const isLeft =
    scenario.tier === 'memcached' && !(scenario.faultEveryMs === Infinity && scenario.logMaxEntries >= 100);
  if (isLeft || scheduler.now < world.restsUntil) return read(world, node);
  if (scenario.writesInBursts && random.chance(0.3)) rest(world);
  const versions = commit(world, node, [random.pick(keys)]);
  const published = node.log.publish(Array.from(versions.keys(), (key) => `row:${key}`)).catch(() => {
    throw new Error('the log has hiccups');
  });
  await published;
  world.trace.add(node.name, `published: ${describe(versions)}`);
  world.oracle.confirm('elsewhere', versions);
};

/** After a few more writes nobody writes for longer than anything stale may be served. */
function rest(world: World): void {
  const { random, scheduler, scenario } = world;
  scheduler.after(random.between(0, 30), () => {
    world.restsUntil = scheduler.now + 1.5 * scenario.maxStalenessMs;
  });
}

const writeTagged: Operation = async (world, node) => {
  if (world.scheduler.now < world.restsUntil) return read(world, node);
  const tag = tagOf(world.random.pick(world.keys));
  const keys = world.keys.filter((key) => tagOf(key) === tag);
  const versions = commit(world, node, keys);
  await invalidated(world, node, versions, node.cache.invalidateTags([tag]));
};

const writeAll: Operation = async (world, node) => {
  if (world.scheduler.now < world.restsUntil) return read(world, node);
  const versions = commit(world, node, world.keys);
  await invalidated(world, node, versions, world.random.chance(0.5) ? node.cache.clear() : node.view.clear());
};

/**
 * Whether everyone must know of a fence. A Redis that loses its data loses the fence. Without a shared tier only those
 * know of it who have heard it: not who began later, and not who was reset.
 */
function isFenceKnown({ lostDataAt, startedAt, scenario }: World, since: number): boolean {
  if (lostDataAt >= since) return false;
  const isHeard = startedAt < since && scenario.faultEveryMs === Infinity && scenario.logMaxEntries >= 100;
  return scenario.tier !== 'none' || isHeard;
}

/** A fenced write. It may die after its commit; then the fence must have done the work of the invalidation. */
const mutate: Operation = async (world, node) => {
  const { random, scheduler, scenario, oracle } = world;
  const { clock } = node.process;
  if (scheduler.now < world.restsUntil) return read(world, node);
  const key = random.pick(world.keys);
  const beganAt = scheduler.now;
  const dies = random.chance(0.3);
  const takesMs = random.between(0, scenario.fenceMs / 2);
  let versions: Versions = new Map();
  const { fenceMs } = scenario;
  const mutated = node.view.mutate(
    key,
    async () => {
      const fencedAt = scheduler.now;
      await sleep(takesMs, { clock });
      versions = commit(world, node, [key]);
      const isInTime = scheduler.now - fencedAt < 0.9 * fenceMs;
      if (isInTime && isFenceKnown(world, beganAt)) oracle.owe('mutate', versions);
      if (!dies) return;
      node.crash();
      await new Promise(() => undefined);
    },
    { fenceMs },
  );
  try {
    await mutated;
    oracle.confirm(node.name, versions);
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_CACHE_INVALIDATION_PENDING') oracle.owe(node.name, versions);
    throw error;
  }
};

/** Reads every key, when nothing is wrong any more. */
export const lastReads: Operation = async ({ oracle, scheduler, keys }, node) => {
  await node.cache.ready;
  const beganAt = scheduler.now;
  for (const { key, version } of await node.view.getMany(keys)) {
    oracle.served({ node: node.name, key, version, beganAt, by: 'last read' });
    oracle.left(node.name, 'last read', key, version);
  }
};

/** Writes a key, when nothing is wrong any more: it reaches everywhere. */
export const lastWrite: Operation = async (world, node) => {
  const versions = commit(world, node, [world.keys[0] ?? '']);
  const promise = node.view.invalidate([...versions.keys()], { everywhere: true });
  await invalidated(world, node, versions, promise, true);
};

/** Draws what a node does next. */
export function drawOperation({ random, scenario }: World): Operation {
  const draw = random.next();
  if (draw < 0.6) return read;
  if (draw < 0.7) return readMany;
  if (draw < 0.98 && draw >= 0.96 && scenario.hasTags) return writeTagged;
  if (draw < 0.98) {
    if (random.chance(scenario.mutateShare)) return mutate;
    return random.chance(scenario.elsewhereShare) ? writeElsewhere : write;
  }
  return writeAll;
}
