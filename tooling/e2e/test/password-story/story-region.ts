import {
  type FaultProxy,
  type MemcachedServer,
  type RedisServer,
  startFaultProxy,
  startMemcached,
  startRedis,
} from '@lockstep/testing';
import { vi } from 'vitest';

import { freePorts } from '../free-ports.ts';
import { type Role, startRole } from '../role.ts';

/** The apps of a region. */
export const roleNames = ['proxy', 'shipper', 'receiver'] as const;
export type RoleName = (typeof roleNames)[number];

/** A region with all that it consists of, but for services. */
export interface StoryRegion extends AsyncDisposable {
  readonly name: string;
  readonly redis: RedisServer;
  readonly proxyUrl: string;
  /** The network between the other regions and the receiver of this one. */
  readonly link: FaultProxy;
  app(role: RoleName): Role;
  /** SIGKILL, and another one in its place; resolves when that is ready. */
  replace(role: RoleName): Promise<void>;
}

interface RegionServers {
  readonly name: string;
  readonly redis: RedisServer;
  readonly memcached: MemcachedServer;
  readonly link: FaultProxy;
  readonly ports: Readonly<Record<RoleName | 'text', number>>;
}

/** Starts regions that tell each other which tokens are over. */
export async function startRegions<Names extends readonly string[]>(
  names: Names,
): Promise<{ [At in keyof Names]: StoryRegion }> {
  const servers = await Promise.all(names.map(startServers));
  const topology = topologyOf(servers);
  return (await Promise.all(servers.map((each) => startApps(each, topology)))) as { [At in keyof Names]: StoryRegion };
}

async function startServers(name: string): Promise<RegionServers> {
  const [redis, memcached] = await Promise.all([startRedis(), startMemcached()]);
  const [proxy = 0, text = 0, shipper = 0, receiver = 0] = await freePorts(4);
  const link = await startFaultProxy({ to: `127.0.0.1:${receiver}` });
  return { name, redis, memcached, link, ports: { proxy, text, shipper, receiver } };
}

async function startApps(
  { name, redis, memcached, link, ports }: RegionServers,
  topology: string,
): Promise<StoryRegion> {
  const start = (role: RoleName): Role => startRole(role, topology, name);
  const apps: Record<RoleName, Role> = {
    proxy: start('proxy'),
    shipper: start('shipper'),
    receiver: start('receiver'),
  };
  const untilReady = (role: RoleName): Promise<void> =>
    vi.waitFor(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${ports[role]}/readyz`).catch(() => undefined);
        if (answer?.status !== 200) throw new Error(`${role} of ${name} is not ready: ${apps[role].output()}`);
      },
      { timeout: 60_000, interval: 50 },
    );
  const region: StoryRegion = {
    name,
    redis,
    proxyUrl: `http://127.0.0.1:${ports.proxy}`,
    link,
    app: (role) => apps[role],
    async replace(role) {
      await apps[role][Symbol.asyncDispose]();
      apps[role] = start(role);
      await untilReady(role);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(roleNames.map((role) => apps[role][Symbol.asyncDispose]()));
      await Promise.all([redis.close(), memcached.close(), link.close()]);
    },
  };
  try {
    await Promise.all(roleNames.map(untilReady));
    return region;
  } catch (error) {
    await region[Symbol.asyncDispose]();
    throw error;
  }
}

function topologyOf(servers: readonly RegionServers[]): string {
  const regions = servers.map(
    ({ name, redis, memcached, link, ports }) => `  ${name}:
    redis: ${redis.url}
    pool: { nodes: [{ name: ${name}-1, address: "${memcached.address}" }] }
    proxy: { http: "127.0.0.1:${ports.proxy}", memcached: "127.0.0.1:${ports.text}" }
    shipper: { http: "127.0.0.1:${ports.shipper}" }
    receiver: { http: "127.0.0.1:${ports.receiver}", url: "http://127.0.0.1:${link.port}" }
`,
  );
  return `version: 1\nregions:\n${regions.join('')}classes:\n  - { prefix: "token:", policy: invalidate }\n`;
}
