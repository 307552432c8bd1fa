import { once } from 'node:events';
import { connect } from 'node:net';

import { type MemcachedServer, type RedisServer, startMemcached, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { vi } from 'vitest';

import { freePorts } from '../free-ports.ts';
import { type Role, startRole } from '../role.ts';
import { RegionJournal } from './region-journal.ts';

const roleNames = ['proxy', 'shipper', 'receiver'] as const;
type RoleName = (typeof roleNames)[number];

/** The token of the ingest of every shipper: no secret. */
const ingestToken = 'for-tests-only';

interface RegionServers {
  readonly name: string;
  readonly redis: RedisServer;
  readonly memcached: MemcachedServer;
  readonly ports: Readonly<Record<RoleName | 'text', number>>;
}

/** A region of a mesh, with a Redis, a memcached and one app of each role. */
export class MeshRegion implements AsyncDisposable {
  readonly name: string;
  readonly journal: RegionJournal;
  readonly #servers: RegionServers;
  readonly #apps: readonly (Role & { readonly role: RoleName })[];

  constructor(servers: RegionServers, topology: string) {
    this.name = servers.name;
    this.#servers = servers;
    this.#apps = roleNames.map((role) => ({ ...startRole(role, topology, servers.name), role }));
    this.journal = new RegionJournal(servers.name, servers.redis.url);
  }

  /** What the proxy serves for a key; undefined when there is nothing. */
  async read(key: string): Promise<string | undefined> {
    const answer = await fetch(this.#url('proxy', `/v1/cache/${key}`));
    const text = await answer.text();
    return answer.status === 404 ? undefined : text;
  }

  /** Writes through the proxy, as a client does. */
  async put(key: string, value: string): Promise<void> {
    const answer = await fetch(this.#url('proxy', `/v1/cache/${key}`), { method: 'PUT', body: value });
    if (!answer.ok) throw new Error(`${this.name} answered ${answer.status}: ${await answer.text()}`);
  }

  /** Appends a write whose version is known, as the service of a row does after it has committed it. */
  async append(key: string, value: string, version: number): Promise<void> {
    const operation = { method: 'set', key, value: Buffer.from(value).toString('base64'), version };
    const answer = await fetch(this.#url('shipper', '/v1/journal/operations'), {
      method: 'POST',
      headers: { authorization: `Bearer ${ingestToken}` },
      body: JSON.stringify({ operations: [operation] }),
    });
    const text = await answer.text();
    // On a busy machine Redis may be late: what it has not confirmed in time is appended all the same.
    if (answer.ok || text.includes('ERR_REPLICATION_JOURNAL_TIMEOUT')) return;
    throw new Error(`${this.name} answered ${answer.status}: ${text}`);
  }

  /** Stores past the proxy, as a reader does that fills the cache from a database: no journal hears of it. */
  async fill(key: string, value: string): Promise<void> {
    const socket = connect(this.#servers.memcached.port, '127.0.0.1');
    socket.end(`set ${key} 0 0 ${value.length}\r\n${value}\r\nquit\r\n`);
    const [reply] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    if (reply.toString() !== 'STORED\r\n') throw new Error(`memcached answered ${reply.toString()}`);
  }

  /** Sends a batch to the receiver of this region. */
  async receive(request: RequestInit): Promise<{ status: number; code: unknown }> {
    const answer = await fetch(this.#url('receiver', '/v1/replication/batches'), request);
    const { code } = (await answer.json()) as { code?: unknown };
    return { status: answer.status, code };
  }

  /** A counter of the receiver. */
  async count(metric: string): Promise<number> {
    const text = await (await fetch(this.#url('receiver', '/metrics'))).text();
    return Number(new RegExp(`^lockstep_receiver_${metric}_total (\\d+)$`, 'm').exec(text)?.[1]);
  }

  /** Resolves when all of its apps can be used. */
  async ready(): Promise<void> {
    const isReady = async (app: Role & { readonly role: RoleName }): Promise<void> => {
      const answer = await fetch(this.#url(app.role, '/readyz')).catch(() => undefined);
      if (answer?.status !== 200) throw new Error(`${app.role} of ${this.name} is not ready: ${app.output()}`);
    };
    await Promise.all(this.#apps.map((app) => vi.waitFor(() => isReady(app), { timeout: 60_000, interval: 200 })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.journal[Symbol.dispose]();
    await Promise.all(this.#apps.map((app) => app[Symbol.asyncDispose]()));
    await Promise.all([this.#servers.redis.close(), this.#servers.memcached.close()]);
  }

  #url(role: RoleName, path: string): string {
    return `http://127.0.0.1:${this.#servers.ports[role]}${path}`;
  }
}

/** Starts regions that are linked each to all others. Resolves when every app can be used. */
export async function startMesh(names: readonly string[]): Promise<MeshRegion[]> {
  const servers = await Promise.all(names.map(startServers));
  const topology = topologyOf(servers);
  vi.stubEnv('LOCKSTEP_SECRET_JOURNAL', ingestToken);
  const regions = servers.map((each) => new MeshRegion(each, topology));
  vi.unstubAllEnvs();
  try {
    await Promise.all(regions.map((region) => region.ready()));
    return regions;
  } catch (error) {
    await Promise.all(regions.map((region) => region[Symbol.asyncDispose]()));
    throw error;
  }
}

async function startServers(name: string): Promise<RegionServers> {
  const [redis, memcached] = await Promise.all([startRedis(), startMemcached()]);
  const [proxy = 0, text = 0, shipper = 0, receiver = 0] = await freePorts(4);
  await ageVersions(name, redis.url);
  return { name, redis, memcached, ports: { proxy, text, shipper, receiver } };
}

/** Makes the tables of versions two minutes old. In new ones no key is known for the first minute, and stores become deletes. */
async function ageVersions(name: string, redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl);
  const [from, bornAt] = [Date.now() - 120_000, Date.now()];
  for (let part = 0; part < 16; part += 1) {
    await client.hset(`{lockstep:versions:${name}:${part}}:meta`, { from, bornAt });
  }
  client.disconnect();
}

function topologyOf(servers: readonly RegionServers[]): string {
  const regions = servers.map(
    ({ name, redis, memcached, ports }) => `  ${name}:
    redis: ${redis.url}
    pool: { nodes: [{ name: ${name}-1, address: "${memcached.address}" }] }
    proxy: { http: "127.0.0.1:${ports.proxy}", memcached: "127.0.0.1:${ports.text}" }
    shipper: { http: "127.0.0.1:${ports.shipper}", ingest: { secret: JOURNAL } }
    receiver: { http: "127.0.0.1:${ports.receiver}", secondDeleteMs: 500 }
`,
  );
  return `version: 1
regions:
${regions.join('')}classes:
  - { prefix: "inv:", policy: invalidate }
  - { prefix: "rep:", policy: replicate }
  - { prefix: "ver:", policy: replicate-versioned }
`;
}
