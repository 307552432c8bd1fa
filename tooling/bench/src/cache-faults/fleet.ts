import { setTimeout as pause } from 'node:timers/promises';

import { type FaultProxy, type RedisServer, startFaultProxy, startRedis } from '@lockstep/testing';

import { connectDatabase, type Database } from './database.ts';
import type { Change, NodeCalls } from './fleet-messages.ts';
import { startNodeProcess } from './node-process.ts';

/** Four processes with a cache each, its Redis behind a proxy for each of them, and a database that nothing happens to. */
export interface Fleet extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly database: Database;
  readonly nodes: readonly FleetNode[];
  /** Starts one more process. */
  join(): Promise<FleetNode>;
}

/** One process of a fleet. */
export interface FleetNode {
  readonly calls: NodeCalls;
  /** Its way to the Redis of the cache. */
  readonly proxy: FaultProxy;
}

const nodeCount = 4;

/** Starts a fleet that caches with one library. */
export async function startFleet(library: string): Promise<Fleet> {
  const opened: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(one: T): T => {
    opened.push(one);
    return one;
  };
  const close = async (): Promise<void> => {
    for (const one of opened.toReversed()) await one[Symbol.asyncDispose]();
  };
  try {
    const redis = keep(await startRedis());
    const databaseServer = keep(await startRedis());
    const database = keep(connectDatabase(databaseServer.url));
    const join = async (): Promise<FleetNode> => {
      const proxy = keep(await startFaultProxy({ to: redis }));
      const redisUrl = `redis://${proxy.address}`;
      const { calls } = keep(await startNodeProcess({ library, redisUrl, databaseUrl: databaseServer.url }));
      return { calls, proxy };
    };
    const nodes: FleetNode[] = [];
    while (nodes.length < nodeCount) nodes.push(await join());
    return { redis, database, nodes, join, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** So many keys of a kind. */
export function keysOf(count: number, kind = 'user'): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}:${1_000_000 + index}`);
}

/** Reads each key in each process, as a fleet that has been at work for a while has. */
export async function warmUp(fleet: Fleet, keys: readonly string[]): Promise<void> {
  for (const { calls } of fleet.nodes) await calls.readAll(keys);
}

/** Changes every key once, each in one of the processes. */
export async function changeAll(fleet: Fleet, keys: readonly string[], overMs: number): Promise<Change[]> {
  const { nodes } = fleet;
  const shares = nodes.map(({ calls }, at) =>
    calls.change(
      keys.filter((_, index) => index % nodes.length === at),
      overMs,
    ),
  );
  return (await Promise.all(shares)).flat();
}

/** The keys of which a process still has an older version than the database, once for each such process. */
export async function staleKeys(
  database: Database,
  nodes: readonly FleetNode[],
  keys: readonly string[],
): Promise<string[]> {
  const current = await database.readAll(keys);
  const passes = await Promise.all(nodes.map(({ calls }) => calls.readAll(keys)));
  return passes.flatMap((reads) =>
    reads.filter(({ version }, at) => version !== undefined && version < current[at]!).map(({ key }) => key),
  );
}

/** How many are stale after a rest, a pass of reads that gives a cache the chance to heal, and as long a rest again. */
export async function countStaleAfterRest(
  { database, nodes }: Fleet,
  keys: readonly string[],
  restMs: number,
): Promise<number> {
  await pause(restMs);
  await staleKeys(database, nodes, keys);
  await pause(restMs);
  return (await staleKeys(database, nodes, keys)).length;
}
