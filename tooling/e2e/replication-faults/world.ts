import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';

import { freePorts } from '../test/free-ports.ts';
import { createChance } from '../test/password-story/chance.ts';
import { AppProcess } from './app-process.ts';
import { ApplyLog } from './apply-log.ts';
import { Cleanups } from './cleanups.ts';
import { type Design, type RegionPlace, roleNames, type RoleName } from './design.ts';
import { type LogDisk, openLogDisk } from './log-disk.ts';
import { NodeWriter } from './node-writer.ts';
import { PoolReader } from './pool-reader.ts';
import { Resharding } from './resharding.ts';
import type { RestedKeys } from './rested-keys.ts';
import { Wire } from './wire.ts';

/** A region with all that it consists of. */
export interface WorldRegion {
  readonly name: string;
  readonly place: RegionPlace;
  readonly redis: RedisServer;
  readonly disk: LogDisk;
  /** The nodes of its pool. */
  readonly memcacheds: readonly MemcachedServer[];
  readonly reader: PoolReader;
  /** What applications write rows with, by node. */
  readonly rows: readonly NodeWriter[];
  /** What its receivers stored. */
  readonly applied: ApplyLog;
  /** What other regions reach its receivers by. */
  readonly wire: Wire;
  readonly apps: Readonly<Record<RoleName, readonly AppProcess[]>>;
}

/** Regions of one design, linked each to all others. */
export interface World extends AsyncDisposable {
  readonly design: Design;
  readonly regions: readonly WorldRegion[];
  /** Where the design can change the number of shards. */
  readonly resharding: Resharding | undefined;
  /** Keys of the latest seed that several regions wrote, and that rest since then; the next seed takes them. */
  rested: RestedKeys | undefined;
  /** Everything runs, nothing is frozen, every wire is whole. */
  heal(): Promise<void>;
}

/** Starts regions of these names, and resolves when everything is ready. */
export async function startWorld(design: Design, names: readonly string[] = ['east', 'west']): Promise<World> {
  await using cleanups = new Cleanups();
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-faults-'));
  cleanups.defer(() => rmSync(directory, { recursive: true, force: true }));
  const bare = await Promise.all(names.map((name) => startServers(name, design, cleanups)));
  const places = bare.map(({ place }) => place);
  const storesOf = ({ name }: { readonly name: string }, index: number): string =>
    join(directory, `stores-${name}-${index}`);
  const regions = bare.map((region): WorldRegion => {
    const start = (role: RoleName): AppProcess[] =>
      Array.from({ length: design.count(role, region.name) }, (_, index) => {
        const plan = { role, index, region: region.place, regions: places, directory };
        const app = new AppProcess({
          label: `${region.name} ${role}${index === 0 ? '' : ` ${index + 1}`}`,
          args: design.command(plan),
          environment: {
            ...design.environment,
            ...(role === 'receiver' && { LOCKSTEP_TEST_STORES: storesOf(region, index) }),
          },
          readyUrl: `http://127.0.0.1:${region.place.ports[role][index]}/readyz`,
        });
        cleanups.defer(() => app[Symbol.asyncDispose]());
        return app;
      });
    const apps = { proxy: start('proxy'), shipper: start('shipper'), receiver: start('receiver') };
    const applied = new ApplyLog(
      region.name,
      apps.receiver.map((_, index) => storesOf(region, index)),
    );
    return { ...region, apps, applied };
  });
  const heal = async (): Promise<void> => {
    await Promise.all(regions.map(healRegion));
  };
  await heal();
  const resharding = createResharding(design, places, directory);
  if (resharding !== undefined) cleanups.defer(() => resharding[Symbol.asyncDispose]());
  const rest = cleanups.move();
  return {
    design,
    regions,
    resharding,
    rested: undefined,
    heal,
    [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose](),
  };
}

/** All processes of a region. */
export function appsOf({ apps }: WorldRegion): AppProcess[] {
  return roleNames.flatMap((role) => apps[role]);
}

function createResharding(design: Design, places: readonly RegionPlace[], directory: string): Resharding | undefined {
  if (design.reshardCommand === undefined) return undefined;
  return new Resharding({
    regions: places.map(({ name }) => name),
    environment: design.environment,
    command: (name, shards) => {
      const region = places.find((place) => place.name === name)!;
      return design.reshardCommand!({ region, directory }, shards);
    },
  });
}

async function healRegion(region: WorldRegion): Promise<void> {
  region.wire.set({});
  region.disk.free();
  await Promise.all(
    [region.redis, ...region.memcacheds].map((server) => (server.isRunning ? server.thaw() : server.restart())),
  );
  for (const app of appsOf(region)) {
    app.thaw();
    app.start();
  }
  await Promise.all(appsOf(region).map((app) => app.ready()));
}

async function startServers(
  name: string,
  design: Design,
  cleanups: Cleanups,
): Promise<Omit<WorldRegion, 'apps' | 'applied'>> {
  const disk = openLogDisk();
  cleanups.defer(() => disk[Symbol.dispose]());
  const redis = await startRedis({
    appendonly: true,
    dir: disk.directory,
    // With `always` a full disk ends the server. What is killed here keeps the page cache, so nothing is lost by this.
    config: { appendfsync: 'everysec', 'auto-aof-rewrite-percentage': '0' },
  });
  cleanups.defer(() => redis.close());
  const memcacheds = await Promise.all(
    Array.from({ length: design.nodes }, async () => {
      const memcached = await startMemcached({ memoryMb: 64, threads: 1 });
      cleanups.defer(() => memcached.close());
      return memcached;
    }),
  );
  const reader = new PoolReader(memcacheds.map(({ port }) => port));
  cleanups.defer(() => reader[Symbol.dispose]());
  const rows = memcacheds.map(({ port }) => new NodeWriter(port));
  cleanups.defer(() => rows.forEach((row) => row[Symbol.dispose]()));
  // All at once: what was asked for one after the other could be the same.
  const free = await freePorts(roleNames.reduce((sum, role) => sum + design.count(role, name), 1));
  const take = (role: RoleName): number[] => free.splice(0, design.count(role, name));
  const ports = { proxy: take('proxy'), shipper: take('shipper'), receiver: take('receiver'), text: free };
  const wire = await Wire.open(ports.receiver, createChance(name.length));
  cleanups.defer(() => wire[Symbol.asyncDispose]());
  const place = {
    name,
    redisUrl: redis.url,
    memcacheds: memcacheds.map(({ address }) => address),
    receiverUrl: wire.url,
    ports,
  };
  return { name, place, redis, disk, memcacheds, reader, rows, wire };
}
